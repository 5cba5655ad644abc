using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Concurrency.Sources.Udp;

/// <summary>One datagram that a <see cref="UdpSource"/> received.</summary>
/// <remarks>
/// Whoever reads it from <see cref="UdpSource.Events"/> owns it and disposes it once it is handled (a component does so
/// after its handler): its buffer then serves another datagram. A datagram that is never disposed costs its buffer, no more.
/// The value is a handle: copies of it are the same datagram. One thread at a time.
/// </remarks>
public readonly struct UdpDatagram : ISourceEvent, IDisposable, IEquatable<UdpDatagram>
{
    private readonly DatagramSlot? _slot;
    private readonly int _version;

    internal UdpDatagram(DatagramSlot slot)
    {
        _slot = slot;
        _version = slot.Version;
    }

    /// <summary>What was sent; at most <see cref="UdpSourceOptions.MaxDatagramSize"/> bytes of it. Valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="ObjectDisposedException">The datagram was disposed.</exception>
    public ReadOnlyMemory<byte> Payload => Slot.Payload;

    /// <summary>Whether the datagram was larger than <see cref="UdpSourceOptions.MaxDatagramSize"/> and its end is missing.</summary>
    /// <exception cref="ObjectDisposedException">The datagram was disposed.</exception>
    public bool Truncated => Slot.IsTruncated;

    /// <summary>Who sent it; the same object for many datagrams, not to be changed.</summary>
    /// <exception cref="ObjectDisposedException">The datagram was disposed.</exception>
    public IPEndPoint RemoteEndPoint => Slot.Pump.EndPointOf(Slot.From);

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The datagram was disposed.</exception>
    public long Timestamp => Slot.Timestamp;

    /// <summary>Always default: a datagram carries no trace.</summary>
    public ActivityContext TraceContext => default;

    private DatagramSlot Slot => _slot is { } slot && slot.Version == _version ? slot : throw new ObjectDisposedException(
        nameof(UdpDatagram), "The datagram was disposed and its buffer may hold another one. Copy what you need before disposing it.");

    /// <summary>Whether two values are the same datagram.</summary>
    public static bool operator ==(UdpDatagram left, UdpDatagram right) => left.Equals(right);

    /// <summary>Whether two values are different datagrams.</summary>
    public static bool operator !=(UdpDatagram left, UdpDatagram right) => !left.Equals(right);

    /// <summary>Sends a datagram back to where this one came from, through the socket that received it.</summary>
    /// <param name="payload">At most <see cref="UdpSourceOptions.MaxDatagramSize"/> bytes; must not change until the send has completed.</param>
    /// <param name="cancellationToken">Ends a send that waits for the system's buffers.</param>
    /// <exception cref="ArgumentException">The payload is too large; the message has both sizes.</exception>
    /// <exception cref="SocketException">The system refused the datagram; the source goes on.</exception>
    /// <exception cref="ObjectDisposedException">The datagram or its source was disposed.</exception>
    public ValueTask ReplyAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken = default)
    {
        var slot = Slot;
        return slot.Pump.ReplyAsync(slot, payload, cancellationToken);
    }

    /// <summary>Gives the buffer back; repeated calls do nothing.</summary>
    public void Dispose() => _slot?.Release(_version);

    /// <inheritdoc/>
    public bool Equals(UdpDatagram other) => ReferenceEquals(_slot, other._slot) && _version == other._version;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UdpDatagram other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_slot, _version);
}
