using System.Net.Sockets;

namespace Concurrency.Sources.Udp;

/// <summary>Takes datagrams from a socket; used by one pump at a time.</summary>
internal abstract class DatagramReceiver : IDisposable
{
    /// <summary>The most datagrams that one call takes.</summary>
    public abstract int BatchSize { get; }

    /// <summary>Datagrams that a wait has already taken from the kernel: whoever ends receiving then has to take them too.</summary>
    public virtual int Held => 0;

    /// <summary>Takes what is there, without waiting; what was taken stays readable until the next call.</summary>
    /// <returns>The number of datagrams, or 0 if there is none: then wait.</returns>
    /// <exception cref="SocketException">The socket reported an error instead of a datagram.</exception>
    public abstract int TryReceive(int max);

    /// <summary>Completes when <see cref="TryReceive"/> is worth a try.</summary>
    /// <exception cref="SocketException">The socket reported an error instead of a datagram.</exception>
    public abstract ValueTask WaitAsync(CancellationToken cancellationToken);

    /// <summary>Copies one taken datagram.</summary>
    public abstract void CopyTo(DatagramSlot slot, int index);

    public abstract void Dispose();
}
