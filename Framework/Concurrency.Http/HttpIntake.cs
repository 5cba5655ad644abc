using Concurrency.Channels;
using Concurrency.Execution;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Concurrency.Http;

/// <summary>What Kestrel calls for each request: publish it or refuse it, nothing else. Runs on Kestrel's threads.</summary>
internal sealed class HttpIntake(string name, HttpSourceOptions options, TimeProvider clock) : IHttpApplication<HttpExchange>
{
    private readonly Refusal _full = Refusal.Full(options.RetryAfter);
    private readonly HttpCounters _counters = new();
    private readonly LiveExchanges _live = new();
    private volatile bool _accepts = true;

    public string Name { get; } = name;

    public HttpSourceOptions Options { get; } = options;

    public TimeProvider Clock { get; } = clock;

    public ILogger Logger { get; } = options.LoggerFactory.CreateLogger("Concurrency.Http");

    /// <summary>Where exchanges are published; set before the first request.</summary>
    public required BoundedChannel<HttpExchange> Channel { get; init; }

    /// <summary>The limit that Kestrel applies to bodies, in bytes, or null.</summary>
    public long? MaxBodySize { get; set; }

    /// <summary>The answer to a request that nobody answers any more because the source stops.</summary>
    public Refusal Stopping { get; } = Refusal.Stopping(options.RetryAfter);

    public HttpStatistics Statistics => _counters.Snapshot();

    /// <summary>Requests that were refused because the channel was full.</summary>
    public long Rejected => _counters.Rejected;

    /// <summary>Whether new requests are published.</summary>
    public bool Accepts => _accepts;

    public HttpExchange CreateContext(IFeatureCollection contextFeatures) => new(this, contextFeatures);

    public Task ProcessRequestAsync(HttpExchange context)
    {
        _counters.Received();
        _live.Add(context.Core);
        if (!_accepts)
        {
            RefuseStopping(context);
        }
        else if (context.Headers.ContentLength > MaxBodySize)
        {
            _counters.Refused();
            context.Core.Refuse(Refusal.TooLarge, handlerMayHoldIt: false);
        }
        else if (!Channel.Writer.TryWrite(context))
        {
            NotWritten(context);
        }

        return context.Core.Ended;
    }

    public void DisposeContext(HttpExchange context, Exception? exception) => _live.Remove(context.Core);

    /// <summary>Refuses every request from now on.</summary>
    public void Stop() => _accepts = false;

    /// <summary>Answers what nobody has answered; handlers that come later are told so.</summary>
    public void AbandonAll()
    {
        // Whatever is listed after this finds that the source accepts nothing any more.
        foreach (var exchange in _live.ToArray())
        {
            Abandon(exchange);
        }
    }

    public void Abandon(ExchangeCore exchange)
    {
        exchange.CancelAborted();
        exchange.Refuse(Stopping, handlerMayHoldIt: false);
    }

    public void CountUnanswered() => _counters.Unanswered();

    public void CountDeadline(HttpExchange exchange)
    {
        _counters.DeadlineExceeded();
        HttpLog.DeadlineExceeded(Logger, exchange.Method, exchange.Path, Options.RequestDeadline!.Value, Name);
    }

    public void CountEnd(int status) => _counters.Ended(status);

    private void NotWritten(HttpExchange exchange)
    {
        if (!_accepts)
        {
            RefuseStopping(exchange);
        }
        else if (Options.FullMode == ChannelFullMode.Wait)
        {
            _ = WaitForPlaceAsync(exchange);
        }
        else
        {
            RefuseFull(exchange);
        }
    }

    private async Task WaitForPlaceAsync(HttpExchange exchange)
    {
        using var limit = new CancellationTokenSource(Options.FullWaitLimit, Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, exchange.Aborted);
        try
        {
            await Channel.Writer.WriteAsync(exchange, either.Token).ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error) when (error is OperationCanceledException or System.Threading.Channels.ChannelClosedException)
        {
            // It waited too long, its client left, or the source was stopped: either way there was no place for it.
            RefuseFull(exchange);
        }
    }

    private void RefuseFull(HttpExchange exchange)
    {
        _counters.RejectedFull();
        exchange.Core.Refuse(_accepts ? _full : Stopping, handlerMayHoldIt: false);
    }

    private void RefuseStopping(HttpExchange exchange)
    {
        _counters.Refused();
        exchange.Core.Refuse(Stopping, handlerMayHoldIt: false);
    }
}
