using System.Net;
using System.Net.Sockets;
using Concurrency.Execution;
using Concurrency.Sources.Udp;
using Concurrency.Testing.Engine;

namespace Concurrency.Testing.Simulated;

/// <summary>A bound port of a node, with a buffer as a kernel has one: what finds it full is dropped.</summary>
internal sealed class SimulatedPort(World world, SimulatedNode node, string user, int number, int datagramSize) : DatagramPort
{
    /// <summary>What Linux allows unless told otherwise, and what it charges for each datagram.</summary>
    private const int BufferSize = 212_992;
    private const int ChargePerDatagram = 768;

    private readonly Queue<Arrival> _arrived = new();
    private TaskCompletionSource? _waiting;
    private int _buffered;
    private bool _disposed;
    private long _dropped;

    public SimulatedNode Node => node;

    public IPEndPoint? LocalEndPoint { get; private set; }

    public override long? Dropped => _dropped;

    public override IPEndPoint Bind() => LocalEndPoint = new IPEndPoint(node.Address, node.Take(this, user, number));

    public override DatagramReceiver CreateReceiver(Executor executor) => new SimulatedReceiver(this, datagramSize);

    public override ValueTask<int> SendAsync(ReadOnlyMemory<byte> payload, SocketAddress to, CancellationToken cancellationToken) =>
        SendAsync(payload, LocalEndPoint!.Create(to), cancellationToken);

    public override ValueTask<int> SendAsync(ReadOnlyMemory<byte> payload, EndPoint to, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        var error = node.Network.Send(this, payload, (IPEndPoint)to);
        return error == SocketError.Success ? new(payload.Length) : ValueTask.FromException<int>(new SocketException((int)error));
    }

    /// <summary>Something comes in from the network.</summary>
    public void Arrive(Arrival arrival)
    {
        if (_disposed)
        {
            return;
        }

        var charge = arrival.Payload.Length + ChargePerDatagram;
        if (_buffered + charge > BufferSize)
        {
            _dropped++;
            return;
        }

        Interleaving.Touch(OperationKind.Send, this);
        _buffered += charge;
        _arrived.Enqueue(arrival);
        _waiting?.TrySetResult();
    }

    public bool TryTake(out Arrival arrival)
    {
        Interleaving.Touch(OperationKind.Receive, this);
        if (!_arrived.TryDequeue(out arrival))
        {
            return false;
        }

        _buffered -= arrival.Payload.Length + ChargePerDatagram;
        return true;
    }

    /// <summary>Whether a datagram waits, and not an error.</summary>
    public bool HasDatagram => _arrived.TryPeek(out var next) && next.Error == SocketError.Success;

    /// <summary>Completes when something waits.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfDisposed();
        if (_waiting is not null)
        {
            throw new InvalidOperationException($"Somebody waits at {this} already. Let one receive, and hand on what others need.");
        }

        if (_arrived.Count > 0)
        {
            return;
        }

        var waiting = _waiting = new TaskCompletionSource();
        var registration = cancellationToken.UnsafeRegister(static (waiting, token) => ((TaskCompletionSource)waiting!).TrySetCanceled(token), waiting);
        try
        {
            await Interleaving.ParkAsync(OperationKind.Receive, this, waiting.Task).ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            registration.Unregister();
            _waiting = null;
        }
    }

    public override void Dispose()
    {
        _disposed = true;
        if (LocalEndPoint is { } bound)
        {
            _waiting?.TrySetException(new ObjectDisposedException(user, $"{this} was closed."));
            node.Release(this, bound.Port);
            _arrived.Clear();
            _buffered = 0;
        }
    }

    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);

    public override string ToString() => $"port {LocalEndPoint?.Port ?? number} of {node.Name} at {world.Clock.Elapsed}";
}
