namespace Concurrency.Sources.Udp;

/// <summary>A snapshot of what the socket of a <see cref="UdpSource"/> did.</summary>
public readonly record struct UdpStatistics
{
    /// <summary>Datagrams that were larger than allowed and lost their end; they were published with the flag.</summary>
    public long Truncated { get; init; }

    /// <summary>Errors that the socket reported instead of a datagram, as ICMP messages; <c>Errors</c> in the source's own statistics.</summary>
    public long ReceiveErrors { get; init; }

    /// <summary>Datagrams that were handed to the system.</summary>
    public long Sent { get; init; }

    /// <summary>Datagrams that the system refused to send; their senders got the exception.</summary>
    public long SendErrors { get; init; }

    /// <summary>Datagrams that the kernel dropped because its receive buffer was full; null where the platform does not tell (other than Linux).</summary>
    public long? KernelDropped { get; init; }
}
