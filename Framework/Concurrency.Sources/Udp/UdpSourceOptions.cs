using System.Net.Sockets;
using Concurrency.Channels;

namespace Concurrency.Sources.Udp;

/// <summary>How a <see cref="UdpSource"/> receives, and what it does when its channel is full.</summary>
public sealed record UdpSourceOptions : SourceOptions
{
    /// <summary>The largest payload that UDP can carry (over IPv6), in bytes.</summary>
    public const int LargestDatagram = 65_527;

    /// <summary>The largest payload that is received whole or sent, in bytes; larger ones are flagged or refused. The default is all that UDP carries.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1 or above <see cref="LargestDatagram"/>.</exception>
    public int MaxDatagramSize
    {
        get;
        init
        {
            if (value is < 1 or > LargestDatagram)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value,
                    $"A datagram cannot have up to {value} bytes. Use 1 to {LargestDatagram}.");
            }

            field = value;
        }
    } = LargestDatagram;

    /// <summary>What happens when the channel is full. The default is <see cref="ChannelFullMode.DropWrite"/>.</summary>
    /// <remarks>
    /// <see cref="ChannelFullMode.DropWrite"/> drops the datagram that was just received, <see cref="ChannelFullMode.DropNewest"/>
    /// the newest that waits, <see cref="ChannelFullMode.DropOldest"/> the oldest: each is counted as dropped.
    /// <see cref="ChannelFullMode.Wait"/> leaves datagrams in the kernel's buffer, which drops when it is full in turn:
    /// see <see cref="UdpStatistics.KernelDropped"/>.
    /// </remarks>
    /// <exception cref="ArgumentException">The mode is <see cref="ChannelFullMode.Reject"/>: the sender is not there to be told.</exception>
    public ChannelFullMode FullMode
    {
        get;
        init
        {
            if (value is not (ChannelFullMode.Wait or ChannelFullMode.DropNewest or ChannelFullMode.DropOldest or ChannelFullMode.DropWrite))
            {
                throw new ArgumentException(
                    $"A UDP source cannot use the full mode {value}: no sender waits for the refusal. Use Wait, DropWrite, DropNewest or DropOldest.",
                    nameof(value));
            }

            field = value;
        }
    } = ChannelFullMode.DropWrite;

    /// <summary>Is called with the socket before it is bound, for options that are not repeated here: buffer sizes, multicast, port sharing.</summary>
    public Action<Socket>? ConfigureSocket { get; init; }
}
