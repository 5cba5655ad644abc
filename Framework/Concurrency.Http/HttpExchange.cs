using System.Diagnostics;
using System.Net;
using System.Text.Json.Serialization.Metadata;
using Concurrency.Sources;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Concurrency.Http;

/// <summary>One HTTP request together with the one answer that it must get.</summary>
/// <remarks>
/// <para>Whoever takes an exchange from <see cref="HttpSource.Events"/> answers it once and disposes it (a component
/// disposes it after its handler). Disposing an exchange that was not answered answers 500, or 503 with Retry-After once the
/// source is stopping, so that no client waits in vain.</para>
/// <para>The source answers in the handler's place when it must: 504 at the deadline, 503 when it is disposed.
/// An answer that comes after that returns false. The request may be read until the exchange is answered.</para>
/// <para>One thread at a time, on any executor; <see cref="Aborted"/> and <see cref="DisposeAsync"/> from any thread.</para>
/// </remarks>
public sealed class HttpExchange : ISourceEvent, IAsyncDisposable
{
    private readonly ExchangeCore _core;
    private HeaderDictionary? _responseHeaders;

    internal HttpExchange(HttpIntake intake, IFeatureCollection features)
    {
        var request = features.GetRequiredFeature<IHttpRequestFeature>();
        Method = request.Method;
        Path = request.Path;
        QueryString = request.QueryString;
        Timestamp = intake.Clock.GetTimestamp();
        TraceContext = Tracing.ContextOf(request.Headers);
        _core = new ExchangeCore(this, intake, features);
    }

    /// <inheritdoc/>
    public long Timestamp { get; }

    /// <summary>The trace that the client sent in <c>traceparent</c>, to be linked to; default when it sent none or nobody listens.</summary>
    public ActivityContext TraceContext { get; }

    /// <summary>The method in capitals, as <c>GET</c>.</summary>
    public string Method { get; }

    /// <summary>The decoded path, which begins with a slash, without the query.</summary>
    public string Path { get; }

    /// <summary>The query as it was sent, with its question mark; empty if there is none.</summary>
    public string QueryString { get; }

    /// <summary>The query's names and decoded values.</summary>
    /// <exception cref="ObjectDisposedException">The exchange was answered.</exception>
    public IQueryCollection Query => _core.Query;

    /// <summary>The request's headers.</summary>
    /// <exception cref="ObjectDisposedException">The exchange was answered.</exception>
    public IHeaderDictionary Headers => _core.Request.Headers;

    /// <summary>The request's body; read it asynchronously.</summary>
    /// <remarks>A read fails with <see cref="BadHttpRequestException"/> when the body is malformed or larger than allowed;
    /// an exchange that is disposed unanswered after that answers with the exception's status, not with 500.
    /// A client that sends too slowly fails it with status 408 after some seconds; while the source stops, only a token ends the
    /// read, so pass the handler's.</remarks>
    /// <exception cref="ObjectDisposedException">The exchange was answered.</exception>
    public Stream Body => _core.Body;

    /// <summary>The client's address and port; null when the connection has none.</summary>
    /// <exception cref="ObjectDisposedException">The exchange was answered.</exception>
    public IPEndPoint? RemoteEndPoint => _core.RemoteEndPoint;

    /// <summary>Is cancelled when nobody waits for the answer any more: client gone, deadline passed, or source disposed.</summary>
    public CancellationToken Aborted => _core.Aborted;

    /// <summary>Whether the exchange was answered, by the handler or by the source in its place.</summary>
    public bool IsAnswered => _core.IsAnswered;

    /// <summary>Headers that the answer will carry beside Content-Type and Content-Length.</summary>
    public IHeaderDictionary ResponseHeaders => _responseHeaders ??= [];

    /// <summary>Everything that ASP.NET Core knows about the request, and direct control over the response.</summary>
    /// <remarks>From the first use on, the source no longer answers in the handler's place: the deadline only cancels
    /// <see cref="Aborted"/>, and disposal of the source closes the connection. A response that was written through it is
    /// ended with <see cref="CompleteAsync"/>. Its pipes may resume outside the executor; <see cref="Body"/> does not.</remarks>
    /// <exception cref="ObjectDisposedException">The exchange was answered.</exception>
    public HttpContext HttpContext => _core.TakeContext();

    /// <summary>Answers without a body.</summary>
    /// <param name="status">The status code, 200 to 599.</param>
    /// <returns>True when the answer went to the client's connection; false when it came too late: <see cref="Aborted"/> is cancelled.</returns>
    /// <exception cref="InvalidOperationException">The handler has answered before.</exception>
    public ValueTask<bool> RespondAsync(int status) => _core.AnswerAsync(status, default, null);

    /// <summary>Answers with bytes, which must not change until the returned task has completed.</summary>
    /// <param name="status">The status code, 200 to 599.</param>
    /// <param name="body">The body; for HEAD only its length is sent. A status without a body (204, 205, 304) takes none.</param>
    /// <param name="contentType">The media type.</param>
    /// <returns>True when the answer went to the client's connection; false when it came too late: <see cref="Aborted"/> is cancelled.</returns>
    /// <exception cref="InvalidOperationException">The handler has answered before.</exception>
    public ValueTask<bool> RespondAsync(int status, ReadOnlyMemory<byte> body, string contentType = "application/octet-stream") =>
        _core.AnswerAsync(status, body, contentType);

    /// <summary>Answers with text in UTF-8.</summary>
    /// <inheritdoc cref="RespondAsync(int, ReadOnlyMemory{byte}, string)"/>
    public ValueTask<bool> RespondAsync(int status, string body, string contentType = "text/plain; charset=utf-8")
    {
        ArgumentNullException.ThrowIfNull(body);
        return _core.AnswerTextAsync(status, body, contentType);
    }

    /// <summary>Answers with a value as JSON, without reflection.</summary>
    /// <param name="status">The status code, 200 to 599.</param>
    /// <param name="value">The value.</param>
    /// <param name="typeInfo">How to write it, from a <c>JsonSerializerContext</c>.</param>
    /// <returns>True when the answer went to the client's connection; false when it came too late: <see cref="Aborted"/> is cancelled.</returns>
    /// <exception cref="InvalidOperationException">The handler has answered before.</exception>
    public ValueTask<bool> RespondAsync<T>(int status, T value, JsonTypeInfo<T> typeInfo) => _core.AnswerAsync(
        status, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(value, typeInfo), "application/json; charset=utf-8");

    /// <summary>Ends a response that was written through <see cref="HttpContext"/>.</summary>
    /// <returns>True when the answer went to the client's connection; false when it came too late: <see cref="Aborted"/> is cancelled.</returns>
    /// <exception cref="InvalidOperationException">The handler has answered before.</exception>
    public ValueTask<bool> CompleteAsync() => _core.CompleteContextAsync();

    /// <summary>Reads the whole body.</summary>
    /// <exception cref="BadHttpRequestException">The body is malformed or larger than <see cref="HttpSourceOptions.MaxRequestBodySize"/>.</exception>
    /// <exception cref="IOException">The client closed the connection within the body.</exception>
    public ValueTask<byte[]> ReadBodyAsync(CancellationToken cancellationToken = default) =>
        ExchangeBody.ReadAllAsync(Body, _core.Request.Headers.ContentLength, cancellationToken);

    /// <summary>Reads the body as JSON, without reflection.</summary>
    /// <exception cref="System.Text.Json.JsonException">The body is not the JSON that <typeparamref name="T"/> needs.</exception>
    /// <exception cref="BadHttpRequestException">The body is malformed or larger than <see cref="HttpSourceOptions.MaxRequestBodySize"/>.</exception>
    /// <exception cref="IOException">The client closed the connection within the body.</exception>
    public ValueTask<T?> ReadJsonAsync<T>(JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken = default) =>
        System.Text.Json.JsonSerializer.DeserializeAsync(Body, typeInfo, cancellationToken);

    /// <summary>Ends the exchange; answers 500 (503 while the source stops) if nobody has answered it, and cuts off a response that was begun and not completed.</summary>
    public ValueTask DisposeAsync() => _core.EndUnansweredAsync();

    /// <inheritdoc/>
    public override string ToString() => $"{Method} {Path}";

    internal ExchangeCore Core => _core;

    internal HeaderDictionary? HeadersToSend => _responseHeaders;
}
