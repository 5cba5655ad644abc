using System.Net;
using Concurrency.Channels;
using Concurrency.Sources;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Concurrency.Http;

/// <summary>Where an <see cref="HttpSource"/> listens, what it accepts, and what it does when its channel is full.</summary>
public sealed record HttpSourceOptions : SourceOptions
{
    /// <summary>Where to listen; port 0 picks a free port. The default is one free port of 127.0.0.1.</summary>
    /// <exception cref="ArgumentException">The list is empty.</exception>
    public IReadOnlyList<IPEndPoint> Endpoints
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Count == 0)
            {
                throw new ArgumentException("An HTTP source needs an endpoint to listen on and was given none. Name at least one.", nameof(value));
            }

            field = value;
        }
    } = [new IPEndPoint(IPAddress.Loopback, 0)];

    /// <summary>What happens to a request that finds the channel full. The default is <see cref="ChannelFullMode.Reject"/>.</summary>
    /// <remarks><see cref="ChannelFullMode.Reject"/>: 503 at once. <see cref="ChannelFullMode.Wait"/>: the request
    /// waits for a place, in order of arrival, up to <see cref="FullWaitLimit"/>; then 503.</remarks>
    /// <exception cref="ArgumentException">The mode would drop a request without an answer.</exception>
    public ChannelFullMode FullMode
    {
        get;
        init
        {
            if (value is not (ChannelFullMode.Reject or ChannelFullMode.Wait))
            {
                throw new ArgumentException(
                    $"An HTTP source cannot use the full mode {value}: each request needs an answer. Use Reject or Wait.", nameof(value));
            }

            field = value;
        }
    } = ChannelFullMode.Reject;

    /// <summary>How long a request waits for a place at most when <see cref="FullMode"/> is Wait. The default is 1 second.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is zero or negative.</exception>
    public TimeSpan FullWaitLimit { get; init => field = Positive(value, nameof(FullWaitLimit)); } = TimeSpan.FromSeconds(1);

    /// <summary>What a 503 tells the client in Retry-After, rounded up to seconds. The default is 1 second.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is zero or negative.</exception>
    public TimeSpan RetryAfter { get; init => field = Positive(value, nameof(RetryAfter)); } = TimeSpan.FromSeconds(1);

    /// <summary>How long a request may take from its arrival until it is answered; null (the default) for no limit.</summary>
    /// <remarks>When the time is over, <see cref="HttpExchange.Aborted"/> is cancelled and the client is answered 504,
    /// unless the handler is already writing its answer.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The time is zero or negative.</exception>
    public TimeSpan? RequestDeadline
    {
        get;
        init => field = value is { } time ? Positive(time, nameof(RequestDeadline)) : null;
    }

    /// <summary>The largest request body in bytes; larger ones are answered 413. Null for no limit; the default is 30,000,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is negative.</exception>
    public long? MaxRequestBodySize
    {
        get;
        init
        {
            if (value is { } size)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(MaxRequestBodySize));
            }

            field = value;
        }
    } = 30_000_000;

    /// <summary>How long a connection without a request stays open. The default is 130 seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is zero or negative.</exception>
    public TimeSpan KeepAliveTimeout { get; init => field = Positive(value, nameof(KeepAliveTimeout)); } = TimeSpan.FromSeconds(130);

    /// <summary>How long disposal waits for clients to take answers that are being written. The default is 5 seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is zero or negative.</exception>
    public TimeSpan CloseTimeout { get; init => field = Positive(value, nameof(CloseTimeout)); } = TimeSpan.FromSeconds(5);

    /// <summary>Receives the log of the source and of Kestrel. The default writes nothing.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Is called with Kestrel's own options, after the source has set its part, for limits that are not repeated here.</summary>
    public Action<KestrelServerOptions>? ConfigureServer { get; init; }

    private static TimeSpan Positive(TimeSpan value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, name);
        return value;
    }
}
