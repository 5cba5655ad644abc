using System.IO.Pipelines;
using Concurrency.Execution;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Concurrency.Http;

/// <summary>Writes one whole response into Kestrel's features.</summary>
internal static class ExchangeResponse
{
    /// <summary>Bodies up to this size are handed to Kestrel in one piece and sent when the request ends.</summary>
    private const int SmallBody = 16 * 1024;

    public static IHttpResponseFeature Of(IFeatureCollection features) => features.GetRequiredFeature<IHttpResponseFeature>();

    /// <summary>Checks what the caller can get wrong before anything is claimed.</summary>
    public static void Validate(int status, int length)
    {
        if (status is < 200 or > 599)
        {
            throw new ArgumentOutOfRangeException(nameof(status), status,
                $"{status} is not the status of an answer. Use 200 to 599.");
        }

        if (length > 0 && !HasBody(status))
        {
            throw new ArgumentException(
                $"An answer with status {status} has no body and was given {length} bytes. Leave the body out or use another status.", nameof(status));
        }
    }

    /// <returns>Whether the connection took the whole answer.</returns>
    public static async ValueTask<bool> WriteAsync(
        IFeatureCollection features, HttpExchange exchange, int status, ReadOnlyMemory<byte> body, string? contentType)
    {
        var response = Of(features);
        if (response.HasStarted)
        {
            throw new InvalidOperationException(
                $"The response to {exchange} was already begun through HttpContext. Write the rest there and call CompleteAsync.");
        }

        WriteHead(response, exchange, status, body.Length, contentType);
        if (body.IsEmpty || exchange.Method == "HEAD")
        {
            return true;
        }

        var writer = features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
        if (body.Length <= SmallBody)
        {
            // Kestrel sends it when the request ends, on its own threads: the handler's executor spares the sending.
            Buffer(writer, body);
            return true;
        }

        var writing = writer.WriteAsync(body, CancellationToken.None);
        if (writing.IsCompletedSuccessfully)
        {
            return !writing.Result.IsCompleted;
        }

        // Kestrel ends the wait of a connection that it cuts off as if all were well; the next flush tells.
        await writing.ConfigureAwait(Executor.Current is not null);
        return !(await writer.FlushAsync(CancellationToken.None).ConfigureAwait(Executor.Current is not null)).IsCompleted;
    }

    /// <param name="features">The request's features.</param>
    /// <param name="exchange">The exchange, none of whose own headers are sent.</param>
    /// <param name="refusal">The answer.</param>
    /// <param name="whole">Whether the client must get the end of the answer before the request ends.</param>
    public static ValueTask RefuseAsync(IFeatureCollection features, HttpExchange exchange, Refusal refusal, bool whole)
    {
        var response = Of(features);
        var headers = response.Headers;
        response.StatusCode = refusal.Status;
        headers.ContentType = "text/plain; charset=utf-8";
        headers.ContentLength = refusal.Text.Length;
        if (refusal.RetryAfter is { } seconds)
        {
            headers.RetryAfter = seconds;
        }

        if (refusal.Close)
        {
            headers.Connection = "close";
        }

        var body = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        if (exchange.Method != "HEAD")
        {
            Buffer(body.Writer, refusal.Text);
        }

        return whole ? new ValueTask(body.CompleteAsync()) : default;
    }

    /// <summary>Turns a response of which nothing was sent into a 500 without a body.</summary>
    /// <returns>False if something was sent.</returns>
    public static bool TryFail(IFeatureCollection features)
    {
        var response = Of(features);
        if (response.HasStarted)
        {
            return false;
        }

        response.Headers.Clear();
        response.StatusCode = StatusCodes.Status500InternalServerError;
        return true;
    }

    private static void WriteHead(IHttpResponseFeature response, HttpExchange exchange, int status, int length, string? contentType)
    {
        var headers = response.Headers;
        response.StatusCode = status;
        if (exchange.HeadersToSend is { } more)
        {
            foreach (var header in more)
            {
                headers[header.Key] = header.Value;
            }
        }

        if (contentType is not null && HasBody(status))
        {
            headers.ContentType = contentType;
        }

        headers.ContentLength = status is 204 or 304 ? null : length;
        if (exchange.Core.IsLastOfItsConnection)
        {
            headers.Connection = "close";
        }
    }

    private static void Buffer(PipeWriter writer, ReadOnlyMemory<byte> body)
    {
        // With a size: before the head was written, Kestrel has no buffer to offer of its own accord.
        body.CopyTo(writer.GetMemory(body.Length));
        writer.Advance(body.Length);
    }

    private static bool HasBody(int status) => status is not (204 or 205 or 304);
}
