using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Concurrency.Channels;
using Concurrency.Execution;
using Concurrency.Sources.Pumps;

namespace Concurrency.Sources.Udp;

/// <summary>Publishes the datagrams that arrive on one UDP endpoint, and sends through the same socket.</summary>
/// <remarks>
/// <para>Datagrams that wait in the kernel when the source stops are not published. A datagram that finds the channel full is
/// dropped and counted, or stays in the kernel: see <see cref="UdpSourceOptions.FullMode"/>.</para>
/// <para>Errors that the network reports (ICMP) are counted and do not end the source; an error in sending goes to the
/// sender alone. Sending stays possible until <see cref="DisposeAsync"/>.</para>
/// <para>All members are safe to call from any thread.</para>
/// </remarks>
public sealed class UdpSource : IEventSource<UdpDatagram>
{
    private readonly SourceRun<UdpDatagram> _run;
    private readonly UdpPump _pump;

    /// <summary>Makes a source on one endpoint.</summary>
    /// <param name="endPoint">Where to receive; port 0 picks a free port, <c>[::]</c> receives IPv4 too.</param>
    /// <param name="options">How to receive; null for the defaults.</param>
    public UdpSource(IPEndPoint endPoint, UdpSourceOptions? options = null)
        : this(endPoint, options ?? new UdpSourceOptions(), CreateReceiver)
    {
    }

    internal UdpSource(IPEndPoint endPoint, UdpSourceOptions options, ReceiverFactory createReceiver)
        : this(endPoint, options, name => new SystemPort(name, endPoint, options, createReceiver))
    {
    }

    /// <summary>Makes a source on a port that is not the system's, made for the name of the source.</summary>
    internal UdpSource(IPEndPoint endPoint, UdpSourceOptions options, Func<string, DatagramPort> createPort)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var policy = new BoundedChannelPolicy(options.Capacity) { Name = options.Name ?? "udp", FullMode = options.FullMode };
        _run = new SourceRun<UdpDatagram>(policy, static (datagram, _) => datagram.Dispose());
        _pump = new UdpPump(_run, createPort(_run.Name), options);
    }

    /// <inheritdoc/>
    public string Name => _run.Name;

    /// <inheritdoc/>
    public ChannelReader<UdpDatagram> Events => _run.Events;

    /// <summary>Where the source receives, with the port that the system picked; null before the start.</summary>
    public IPEndPoint? LocalEndPoint => _pump.Socket.LocalEndPoint;

    /// <inheritdoc/>
    public SourceStatistics Statistics
    {
        get
        {
            // No datagram is merged with another, so every one that was observed is published, also within a batch.
            var statistics = _run.Statistics;
            return statistics with { Observed = statistics.Published };
        }
    }

    /// <summary>What the socket did, and what the kernel dropped; a new snapshot on each call.</summary>
    public UdpStatistics UdpStatistics => _pump.Statistics;

    /// <inheritdoc/>
    /// <exception cref="IOException">The endpoint could not be bound; the message names it and the cause.</exception>
    public ValueTask StartAsync(Executor executor, CancellationToken cancellationToken = default) =>
        _run.StartAsync(executor, _pump, cancellationToken);

    /// <inheritdoc/>
    public ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        _run.Stop();
        return default;
    }

    /// <summary>Sends a datagram from the source's endpoint.</summary>
    /// <param name="payload">At most <see cref="UdpSourceOptions.MaxDatagramSize"/> bytes; must not change until the send has completed.</param>
    /// <param name="remoteEndPoint">Where to.</param>
    /// <param name="cancellationToken">Ends a send that waits for the system's buffers.</param>
    /// <exception cref="ArgumentException">The payload is too large; the message has both sizes.</exception>
    /// <exception cref="InvalidOperationException">The source was not started.</exception>
    /// <exception cref="SocketException">The system refused the datagram; the source goes on.</exception>
    /// <exception cref="ObjectDisposedException">The source was disposed.</exception>
    public ValueTask SendToAsync(ReadOnlyMemory<byte> payload, IPEndPoint remoteEndPoint, CancellationToken cancellationToken = default) =>
        _pump.Socket.SendAsync(payload, remoteEndPoint, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync().ConfigureAwait(Executor.Current is not null);
        _pump.Dispose();
    }

    private static DatagramReceiver CreateReceiver(Socket socket, Executor executor, int datagramSize)
    {
        if (OperatingSystem.IsLinux())
        {
            return new BatchReceiver(socket, executor.WatchDescriptor(socket.SafeHandle), datagramSize);
        }

        return new SocketReceiver(socket, datagramSize);
    }
}
