using System.Buffers.Binary;
using System.Text;

namespace Concurrency.Executors.Processes;

/// <summary>Reads the parts of one payload in the order in which they were written.</summary>
/// <exception cref="InvalidDataException">From every read: the payload is shorter than it claims.</exception>
internal struct FrameReader(ReadOnlyMemory<byte> payload)
{
    /// <summary>What has not been read.</summary>
    public ReadOnlyMemory<byte> Rest { get; private set; } = payload;

    public FrameKind ReadKind() => (FrameKind)ReadByte();

    public byte ReadByte() => Take(1)[0];

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    public string? ReadString()
    {
        var length = ReadInt32();
        return length == -1 ? null : Encoding.UTF8.GetString(Take(length));
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Rest.Length)
        {
            throw new InvalidDataException($"A frame ends {Rest.Length} bytes before a part of {count} bytes does.");
        }

        var taken = Rest.Span[..count];
        Rest = Rest[count..];
        return taken;
    }
}
