using System.Buffers;
using System.Net;

namespace Concurrency.Sources.Udp;

/// <summary>The buffer of one datagram at a time: filled, read, disposed, used again.</summary>
internal sealed class DatagramSlot(DatagramPool pool, SocketAddress from)
{
    /// <summary>What most networks carry in one packet; more is rented for the time that the datagram lives.</summary>
    private const int SmallSize = 2048;

    private readonly byte[] _small = GC.AllocateUninitializedArray<byte>(SmallSize);
    private byte[]? _large;
    private int _length;
    private int _version;
    private bool _lent;

    /// <summary>Changes when the datagram is disposed: who holds an older value holds a datagram that is gone.</summary>
    public int Version => Volatile.Read(ref _version);

    public ReadOnlyMemory<byte> Payload => (_large ?? _small).AsMemory(0, _length);

    public SocketAddress From { get; } = from;

    public bool IsTruncated { get; private set; }

    public long Timestamp { get; set; }

    public UdpPump Pump => pool.Pump;

    public void Fill(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> address, bool truncated)
    {
        _length = payload.Length;
        _large = payload.Length > SmallSize ? ArrayPool<byte>.Shared.Rent(payload.Length) : null;
        payload.CopyTo(_large ?? _small);
        From.Size = address.Length;
        address.CopyTo(From.Buffer.Span);
        IsTruncated = truncated;
    }

    /// <summary>Keeps the slot from being used again: an operation of the kernel still reads from it.</summary>
    public void Lend() => _lent = true;

    /// <summary>Ends the datagram of one version; the second call for it does nothing.</summary>
    public void Release(int version)
    {
        if (Interlocked.CompareExchange(ref _version, version + 1, version) != version)
        {
            return;
        }

        if (_large is { } rented)
        {
            _large = null;
            ArrayPool<byte>.Shared.Return(rented);
        }

        if (!_lent)
        {
            pool.Return(this);
        }
    }
}
