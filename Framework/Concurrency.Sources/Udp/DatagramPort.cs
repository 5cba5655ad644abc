using System.Net;
using Concurrency.Execution;

namespace Concurrency.Sources.Udp;

/// <summary>The system's end of a UDP source: one bound address that sends and receives.</summary>
/// <remarks>The system's own is <see cref="SystemPort"/>; a simulation puts its network in the place of it.</remarks>
internal abstract class DatagramPort : IDisposable
{
    /// <summary>How many datagrams the system dropped because its buffer was full; null where it does not tell.</summary>
    public abstract long? Dropped { get; }

    /// <summary>Takes the address.</summary>
    /// <returns>The address, with the port that was picked.</returns>
    /// <exception cref="IOException">The endpoint cannot be bound; the message names it and the cause.</exception>
    public abstract IPEndPoint Bind();

    /// <summary>Makes what takes datagrams from the bound port.</summary>
    public abstract DatagramReceiver CreateReceiver(Executor executor);

    /// <summary>Sends one datagram to where another one came from.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The system refused it.</exception>
    public abstract ValueTask<int> SendAsync(ReadOnlyMemory<byte> payload, SocketAddress to, CancellationToken cancellationToken);

    /// <summary>Sends one datagram.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The system refused it.</exception>
    public abstract ValueTask<int> SendAsync(ReadOnlyMemory<byte> payload, EndPoint to, CancellationToken cancellationToken);

    public abstract void Dispose();
}
