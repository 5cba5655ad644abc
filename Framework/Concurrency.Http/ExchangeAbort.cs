using System.Diagnostics.CodeAnalysis;
using Concurrency.Execution;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Concurrency.Http;

/// <summary>The token that says nobody waits for the answer any more; costs nothing until it is asked for.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable",
    Justification = "Handlers may keep the token beyond the exchange; a source without a timer holds nothing to release.")]
internal sealed class ExchangeAbort(IHttpRequestLifetimeFeature lifetime, ILogger logger)
{
    private readonly Lock _lock = new();
    private CancellationTokenSource? _source;
    private CancellationTokenRegistration _link;
    private bool _cancelled;
    private bool _detached;

    /// <summary>Whether the connection is gone; only to be asked before <see cref="Detach"/>.</summary>
    public bool IsClientGone => lifetime.RequestAborted.IsCancellationRequested;

    public CancellationToken Token
    {
        get
        {
            lock (_lock)
            {
                if (_source is not null)
                {
                    return _source.Token;
                }

                _cancelled |= !_detached && IsClientGone;
                if (_cancelled || _detached)
                {
                    return new CancellationToken(_cancelled);
                }

                _source = new CancellationTokenSource();
                _link = lifetime.RequestAborted.UnsafeRegister(static self => ((ExchangeAbort)self!).Cancel(), this);
                return _source.Token;
            }
        }
    }

    /// <summary>Cancels the token; callbacks that users registered run on the .NET thread pool, not on the caller.</summary>
    public void Cancel()
    {
        CancellationTokenSource? source;
        lock (_lock)
        {
            _cancelled = true;
            source = _source;
        }

        if (source is not null)
        {
            _ = CancelAsync(source);
        }
    }

    /// <summary>Closes the connection at once; what was written and not yet sent is lost.</summary>
    public void CloseConnection() => lifetime.Abort();

    /// <summary>Lets go of the request's features, which now serve the next request of the connection.</summary>
    public void Detach()
    {
        CancellationTokenRegistration link;
        lock (_lock)
        {
            _detached = true;
            link = _link;
        }

        link.Unregister();
    }

    private async Task CancelAsync(CancellationTokenSource source)
    {
        try
        {
            await source.CancelAsync().ConfigureAwait(Executor.Current is not null);
        }
        catch (AggregateException error)
        {
            HttpLog.AbortCallbackFailed(logger, error);
        }
    }
}
