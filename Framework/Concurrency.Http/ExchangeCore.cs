using System.Net;
using System.Text;
using Concurrency.Execution;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Concurrency.Http;

/// <summary>Decides who answers an exchange, and ends the request towards Kestrel exactly once.</summary>
/// <remarks>
/// Kestrel reuses the request's features for the next request of the connection as soon as <see cref="Ended"/> completes.
/// It completes therefore only when whoever may still use them is through: the handler by answering or disposing,
/// the source by having written its own answer.
/// </remarks>
internal sealed class ExchangeCore
{
    private const int SourceReleased = 1;
    private const int HandlerReleased = 2;

    private readonly HttpExchange _exchange;
    private readonly HttpIntake _intake;
    private readonly IFeatureCollection _features;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer? _deadline;
    private readonly ExchangeAbort _abort;
    private volatile ExchangeOwner _owner;
    private int _released;
    private bool _isEnded;
    private int _status;
    private int _endStatus;
    private int _bodyError;
    private ExchangeBody? _body;
    private DefaultHttpContext? _context;
    private QueryFeature? _query;

    public ExchangeCore(HttpExchange exchange, HttpIntake intake, IFeatureCollection features)
    {
        _exchange = exchange;
        _intake = intake;
        _features = features;
        _abort = new ExchangeAbort(features.GetRequiredFeature<IHttpRequestLifetimeFeature>(), intake.Logger);
        if (intake.Options.RequestDeadline is { } deadline)
        {
            _deadline = intake.Clock.CreateTimer(static self => ((ExchangeCore)self!).DeadlinePassed(), this, deadline, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Completes when Kestrel may have the request's features back.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Links of <see cref="LiveExchanges"/>.</summary>
    public ExchangeCore? NextLive { get; set; }

    /// <inheritdoc cref="NextLive"/>
    public ExchangeCore? PreviousLive { get; set; }

    public bool IsAnswered => _owner is ExchangeOwner.Handler or ExchangeOwner.Source;

    /// <summary>Whether the source has stopped, so that the client must not send another request on the connection.</summary>
    public bool IsLastOfItsConnection => !_intake.Accepts;

    public CancellationToken Aborted => _abort.Token;

    public IHttpRequestFeature Request
    {
        get
        {
            ThrowIfEnded();
            return _features.GetRequiredFeature<IHttpRequestFeature>();
        }
    }

    public Stream Body => _body ??= new ExchangeBody(Request.Body, this);

    public IQueryCollection Query
    {
        get
        {
            ThrowIfEnded();
            return (_query ??= new QueryFeature(_features)).Query;
        }
    }

    public IPEndPoint? RemoteEndPoint
    {
        get
        {
            ThrowIfEnded();
            var connection = _features.Get<IHttpConnectionFeature>();
            return connection?.RemoteIpAddress is { } address ? new IPEndPoint(address, connection.RemotePort) : null;
        }
    }

    public HttpContext TakeContext()
    {
        ThrowIfEnded();
        if (Interlocked.CompareExchange(ref _owner, ExchangeOwner.Context, ExchangeOwner.Nobody) == ExchangeOwner.Source)
        {
            throw AnsweredInItsPlace();
        }

        return _context ??= new DefaultHttpContext(_features);
    }

    /// <summary>Writes the handler's answer; false when the source or the client's departure was faster.</summary>
    public ValueTask<bool> AnswerAsync(int status, ReadOnlyMemory<byte> body, string? contentType)
    {
        ExchangeResponse.Validate(status, body.Length);
        return TryClaimForHandler() ? WriteAnswerAsync(status, body, contentType) : ReleaseLate();
    }

    public ValueTask<bool> AnswerTextAsync(int status, string body, string contentType) =>
        AnswerAsync(status, Encoding.UTF8.GetBytes(body), contentType);

    public ValueTask<bool> CompleteContextAsync()
    {
        if (!TryClaimForHandler())
        {
            return ReleaseLate();
        }

        var gone = _abort.IsClientGone;
        End(gone ? 0 : ExchangeResponse.Of(_features).StatusCode);
        return ValueTask.FromResult(!gone);
    }

    /// <summary>What disposal means: nothing more for an answered exchange, an answer of the source's own for any other.</summary>
    /// <remarks>While the source stops, handlers are cancelled: one that has not answered is then not at fault.</remarks>
    public ValueTask EndUnansweredAsync()
    {
        var before = _owner;
        if (before == ExchangeOwner.Handler)
        {
            return default;
        }

        if (before == ExchangeOwner.Source || !TryClaimUnanswered())
        {
            Release(HandlerReleased);
            return default;
        }

        return AnswerForHandlerAsync();
    }

    /// <summary>Answers in the handler's place, unless somebody has answered.</summary>
    /// <param name="refusal">The answer.</param>
    /// <param name="handlerMayHoldIt">Whether a handler may still use the request, so that it must not end before its release.</param>
    /// <returns>Whether this call answered.</returns>
    public bool Refuse(Refusal refusal, bool handlerMayHoldIt)
    {
        switch (Interlocked.CompareExchange(ref _owner, ExchangeOwner.Source, ExchangeOwner.Nobody))
        {
            case ExchangeOwner.Nobody:
                _status = refusal.Status;
                _ = WriteRefusalAsync(refusal, handlerMayHoldIt);
                return true;
            case ExchangeOwner.Source when !handlerMayHoldIt:
                Release(HandlerReleased);
                break;
            case ExchangeOwner.Context when !handlerMayHoldIt:
                // The handler may be writing at this moment: only closing the connection is safe.
                _abort.CloseConnection();
                End(0);
                break;
        }

        return false;
    }

    /// <summary>Cancels <see cref="Aborted"/> because the source ends; callbacks do not run on the caller.</summary>
    public void CancelAborted() => _abort.Cancel();

    public void BodyFailed(int status) => _bodyError = status;

    public void ThrowIfEnded()
    {
        if (!Volatile.Read(ref _isEnded))
        {
            return;
        }

        if (_owner == ExchangeOwner.Source)
        {
            throw AnsweredInItsPlace();
        }

        throw new ObjectDisposedException(nameof(HttpExchange),
            $"{_exchange} was answered and its request is gone. Read what you need before you answer.");
    }

    private OperationCanceledException AnsweredInItsPlace() => new(
        $"{_exchange} was answered {_status} by the source '{_intake.Name}' in the handler's place. Watch HttpExchange.Aborted to stop in time.", Aborted);

    private bool TryClaimForHandler()
    {
        var owner = _owner;
        while (owner is ExchangeOwner.Nobody or ExchangeOwner.Context)
        {
            var found = Interlocked.CompareExchange(ref _owner, ExchangeOwner.Handler, owner);
            if (found == owner)
            {
                return true;
            }

            owner = found;
        }

        return owner == ExchangeOwner.Source ? false : throw new InvalidOperationException(
            $"{_exchange} was already answered with status {_status}. Answer each exchange once.");
    }

    private bool TryClaimUnanswered()
    {
        try
        {
            return TryClaimForHandler();
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private ValueTask<bool> ReleaseLate()
    {
        Release(HandlerReleased);
        return ValueTask.FromResult(false);
    }

    private async ValueTask<bool> WriteAnswerAsync(int status, ReadOnlyMemory<byte> body, string? contentType)
    {
        _status = status;
        var delivered = false;
        try
        {
            if (!_abort.IsClientGone)
            {
                delivered = await ExchangeResponse.WriteAsync(_features, _exchange, status, body, contentType)
                    .ConfigureAwait(Executor.Current is not null);
            }
        }
        catch (Exception)
        {
            // The handler gets its own mistake. The client gets a 500, or no end of what was already sent.
            delivered = ExchangeResponse.TryFail(_features);
            _status = 500;
            if (!delivered)
            {
                _abort.CloseConnection();
            }

            throw;
        }
        finally
        {
            End(delivered ? _status : 0);
        }

        return delivered;
    }

    private ValueTask AnswerForHandlerAsync()
    {
        if (_abort.IsClientGone)
        {
            End(0);
            return default;
        }

        if (ExchangeResponse.Of(_features).HasStarted)
        {
            CutOff();
            return default;
        }

        var refusal = RefusalForHandler();
        _status = refusal.Status;
        return new ValueTask(WriteRefusalAsync(refusal, handlerMayHoldIt: false));
    }

    private void CutOff()
    {
        if (_intake.Accepts)
        {
            HttpLog.CutOff(_intake.Logger, _exchange.Method, _exchange.Path, _intake.Name);
            _intake.CountUnanswered();
        }
        else
        {
            HttpLog.CutOffByStop(_intake.Logger, _exchange.Method, _exchange.Path, _intake.Name);
        }

        _abort.CloseConnection();
        End(0);
    }

    private Refusal RefusalForHandler()
    {
        if (_bodyError != 0)
        {
            return Refusal.BadBody(_bodyError);
        }

        if (!_intake.Accepts)
        {
            return _intake.Stopping;
        }

        HttpLog.Unanswered(_intake.Logger, _exchange.Method, _exchange.Path, _intake.Name, Refusal.Unanswered.Status);
        _intake.CountUnanswered();
        return Refusal.Unanswered;
    }

    private async Task WriteRefusalAsync(Refusal refusal, bool handlerMayHoldIt)
    {
        if (!handlerMayHoldIt)
        {
            Interlocked.Or(ref _released, HandlerReleased);
        }

        var delivered = false;
        try
        {
            if (!_abort.IsClientGone)
            {
                await ExchangeResponse.RefuseAsync(_features, _exchange, refusal, whole: handlerMayHoldIt).ConfigureAwait(Executor.Current is not null);
                delivered = true;
            }
        }
        catch (Exception error)
        {
            HttpLog.AnswerFailed(_intake.Logger, error, _intake.Name, _exchange.Method, _exchange.Path);
            _abort.CloseConnection();
        }

        _endStatus = delivered ? refusal.Status : 0;
        Release(SourceReleased);
    }

    private void DeadlinePassed()
    {
        _abort.Cancel();
        if (Refuse(Refusal.Late, handlerMayHoldIt: true))
        {
            _intake.CountDeadline(_exchange);
        }
    }

    private void Release(int side)
    {
        if ((Interlocked.Or(ref _released, side) | side) == (SourceReleased | HandlerReleased))
        {
            End(_endStatus);
        }
    }

    private void End(int status)
    {
        if (Interlocked.Exchange(ref _isEnded, true))
        {
            return;
        }

        _deadline?.Dispose();
        _abort.Detach();
        _intake.CountEnd(status);
        _ended.TrySetResult();
    }
}
