using System.Net;
using System.Net.Sockets;
using Concurrency.Execution;

namespace Concurrency.Testing.Simulated;

/// <summary>What talks to the program under test over a <see cref="SimulatedNetwork"/>. For the simulation's thread only; one reader.</summary>
public sealed class SimulatedUdpClient : IDisposable
{
    private readonly SimulatedPort _port;

    internal SimulatedUdpClient(SimulatedPort port)
    {
        _port = port;
        LocalEndPoint = port.Bind();
    }

    /// <summary>Where it sends from and receives.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Datagrams that found its buffer full.</summary>
    public long Dropped => _port.Dropped ?? 0;

    /// <summary>Sends a datagram.</summary>
    /// <param name="payload">Copied at once.</param>
    /// <param name="remoteEndPoint">Where to.</param>
    /// <exception cref="SocketException">There is no such address on the network.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public void Send(ReadOnlySpan<byte> payload, IPEndPoint remoteEndPoint)
    {
        ArgumentNullException.ThrowIfNull(remoteEndPoint);
        _port.ThrowIfDisposed();
        var error = _port.Node.Network.Send(_port, payload.ToArray(), remoteEndPoint);
        if (error != SocketError.Success)
        {
            throw new SocketException((int)error);
        }
    }

    /// <summary>Takes the next datagram, and waits for it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SocketException">The network reported instead that nobody was there.</exception>
    /// <exception cref="InvalidOperationException">Somebody else receives already.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed, maybe while it waited.</exception>
    public async ValueTask<SimulatedDatagram> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        SimulatedDatagram received;
        while (!TryReceive(out received))
        {
            await _port.WaitAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
        }

        return received;
    }

    /// <summary>Takes the next datagram if there is one.</summary>
    /// <exception cref="SocketException">The network reported instead that nobody was there.</exception>
    public bool TryReceive(out SimulatedDatagram datagram)
    {
        var taken = _port.TryTake(out var arrival);
        if (taken && arrival.Error != SocketError.Success)
        {
            throw new SocketException((int)arrival.Error);
        }

        datagram = taken ? new SimulatedDatagram(arrival.Payload, arrival.From) : default;
        return taken;
    }

    /// <summary>Gives the port back, and ends a wait.</summary>
    public void Dispose() => _port.Dispose();
}
