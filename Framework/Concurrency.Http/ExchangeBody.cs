using Concurrency.Execution;
using Microsoft.AspNetCore.Http;

namespace Concurrency.Http;

/// <summary>The body of one request: remembers why reading it failed and ends with its exchange.</summary>
/// <remarks>Kestrel's own stream lives as long as the connection: kept beyond the answer it would read the next request's body.</remarks>
internal sealed class ExchangeBody(Stream inner, ExchangeCore exchange) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("The length of a request body is only known once it was read.");

    public override long Position
    {
        get => throw new NotSupportedException("A request body can only be read forward.");
        set => throw new NotSupportedException("A request body can only be read forward.");
    }

    /// <summary>Reads a body to its end; a known length spares the copies.</summary>
    public static async ValueTask<byte[]> ReadAllAsync(Stream body, long? length, CancellationToken cancellationToken)
    {
        if (length == 0)
        {
            return [];
        }

        // The length is what the client claims: memory is only taken in advance for what is plausible.
        using var buffer = new MemoryStream((int)Math.Min(length ?? 0, 64 * 1024));
        await body.CopyToAsync(buffer, cancellationToken).ConfigureAwait(Executor.Current is not null);
        return buffer.TryGetBuffer(out var whole) && whole.Count == whole.Array!.Length ? whole.Array : buffer.ToArray();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        exchange.ThrowIfEnded();
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
        catch (BadHttpRequestException error)
        {
            exchange.BodyFailed(error.StatusCode);
            throw;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A request body was read synchronously, which would block a thread. Use ReadAsync.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A request body can only be read forward.");

    public override void SetLength(long value) => throw new NotSupportedException("A request body can only be read.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A request body can only be read.");
}
