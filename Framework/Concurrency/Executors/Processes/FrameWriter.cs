using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Concurrency.Executors.Processes;

/// <summary>Builds one frame: four bytes of payload length, then the payload, all little-endian.</summary>
/// <remarks>Memory is never grown far beyond the limit: what does not fit fails while it is written.</remarks>
internal sealed class FrameWriter : IBufferWriter<byte>
{
    public const int HeaderBytes = 4;
    private const int FirstBytes = 512;
    private readonly int _limit;
    private byte[] _buffer = new byte[FirstBytes];
    private int _written = HeaderBytes;

    /// <param name="kind">The first byte of the payload.</param>
    /// <param name="limit">The largest payload, in bytes.</param>
    public FrameWriter(FrameKind kind, int limit)
    {
        _limit = limit;
        Write((byte)kind);
    }

    /// <summary>Whether something was written that did not fit.</summary>
    public bool HasOverflown { get; private set; }

    /// <summary>Where in the frame the next byte goes.</summary>
    public int Position => _written;

    public FrameWriter Write(byte value)
    {
        GetSpan(1)[0] = value;
        Advance(1);
        return this;
    }

    public FrameWriter Write(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(GetSpan(sizeof(int)), value);
        Advance(sizeof(int));
        return this;
    }

    public FrameWriter Write(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(GetSpan(sizeof(long)), value);
        Advance(sizeof(long));
        return this;
    }

    /// <summary>Writes the length in bytes and the text in UTF-8; a null text has the length -1.</summary>
    public FrameWriter Write(string? text)
    {
        if (text is null)
        {
            return Write(-1);
        }

        var length = Encoding.UTF8.GetByteCount(text);
        Write(length);
        Encoding.UTF8.GetBytes(text, GetSpan(length));
        Advance(length);
        return this;
    }

    /// <summary>Replaces a number that was written before.</summary>
    public void Patch(int position, long value) => BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(position), value);

    /// <summary>The finished frame.</summary>
    public ReadOnlyMemory<byte> ToFrame()
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer, _written - HeaderBytes);
        return _buffer.AsMemory(0, _written);
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        _written += count;
        ThrowIfTooLarge(_written);
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_written);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_written);
    }

    private void Reserve(int sizeHint)
    {
        ThrowIfTooLarge(_written);
        var needed = (long)_written + Math.Max(sizeHint, 1);
        if (needed > _buffer.Length)
        {
            var doubled = Math.Min(_buffer.Length * 2L, (long)_limit + HeaderBytes + FirstBytes);
            Array.Resize(ref _buffer, checked((int)Math.Max(needed, doubled)));
        }
    }

    private void ThrowIfTooLarge(int written)
    {
        if (written - HeaderBytes > _limit)
        {
            HasOverflown = true;
            throw new InvalidOperationException($"A frame would be larger than {_limit} bytes.");
        }
    }
}
