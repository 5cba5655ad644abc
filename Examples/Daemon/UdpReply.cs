namespace Concurrency.Examples.Daemon;

/// <summary>The line that answers a datagram: its number, its size in bytes, and how many were seen in all.</summary>
internal sealed record UdpReply(long Seq, int Size, long Total);
