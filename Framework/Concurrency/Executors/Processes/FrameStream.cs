using System.Buffers.Binary;
using Concurrency.Execution;

namespace Concurrency.Executors.Processes;

/// <summary>Cuts what comes over a connection into payloads.</summary>
#pragma warning disable CA1001 // the buffer owns nothing but memory; the stream beneath is its maker's to close
internal sealed class FrameStream(Stream stream)
#pragma warning restore CA1001
{
    private readonly BufferedStream _buffered = new(stream, 16 * 1024);
    private readonly byte[] _header = new byte[FrameWriter.HeaderBytes];

    /// <summary>The next payload; null when the other side has ended, in whatever way.</summary>
    /// <exception cref="InvalidDataException">The payload would be empty or larger than the limit.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(int limit, CancellationToken cancellationToken)
    {
        try
        {
            if (await _buffered.ReadAtLeastAsync(_header, _header.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(Executor.Current is not null) < _header.Length)
            {
                return null;
            }

            var payload = new byte[Length(limit)];
            var read = await _buffered.ReadAtLeastAsync(payload, payload.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(Executor.Current is not null);
            return read < payload.Length ? (ReadOnlyMemory<byte>?)null : payload;
        }
        catch (Exception error) when (IsEnd(error))
        {
            return null;
        }
    }

    /// <inheritdoc cref="ReadAsync"/>
    public ReadOnlyMemory<byte>? Read(int limit)
    {
        try
        {
            if (_buffered.ReadAtLeast(_header, _header.Length, throwOnEndOfStream: false) < _header.Length)
            {
                return null;
            }

            var payload = new byte[Length(limit)];
            return _buffered.ReadAtLeast(payload, payload.Length, throwOnEndOfStream: false) < payload.Length
                ? (ReadOnlyMemory<byte>?)null
                : payload;
        }
        catch (Exception error) when (IsEnd(error))
        {
            return null;
        }
    }

    // A connection that was reset, or that we closed ourselves, has ended like any other.
    private static bool IsEnd(Exception error) => error is IOException or ObjectDisposedException;

    private int Length(int limit)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(_header);
        return length > 0 && length <= limit
            ? length
            : throw new InvalidDataException($"A frame of {length} bytes came; frames have 1 to {limit} bytes.");
    }
}
