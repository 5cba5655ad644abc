using System.Diagnostics;
using Concurrency.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Executors.Processes;

/// <summary>One request while a worker runs it.</summary>
#pragma warning disable CA1001 // the token outlives the call in the hands of the work, and a cancellation may come late
internal sealed class WorkerCall
#pragma warning restore CA1001
{
    private const string ActivityName = "process work";

    private readonly WorkerSession _session;
    private readonly ProcessWork _work;
    private readonly RequestFrame _request;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly TimeLimit _limit;
    private volatile bool _wasCancelled;

    public WorkerCall(WorkerSession session, ProcessWork work, RequestFrame request)
    {
        _session = session;
        _work = work;
        _request = request;
        var time = request.TimeLeft < TimeSpan.Zero ? Timeout.InfiniteTimeSpan : request.TimeLeft;
        _limit = new TimeLimit(time, TimeProvider.System, _cancellation.Token, static failures => Trace.TraceError(failures.ToString()));
    }

    public long Id => _request.Id;

    /// <summary>Cancels the work's token; its callbacks run on the thread pool.</summary>
    public void Cancel()
    {
        _wasCancelled = true;
        _ = CancelAsync();
    }

    public async Task RunAsync()
    {
        var since = TimeProvider.System.GetTimestamp();
        var reply = await ServeAsync().ConfigureAwait(Executor.Current is not null);
        _limit.Dispose();
        ReplyFrame.SetRunTime(reply, TimeProvider.System.GetElapsedTime(since));
        _session.Reply(this, reply);
    }

    private async Task CancelAsync()
    {
        try
        {
            await _cancellation.CancelAsync().ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error)
        {
            // A callback that the work registered threw; the work itself goes on, and reports for itself.
            Trace.TraceError(error.ToString());
        }
    }

    private async Task<FrameWriter> ServeAsync()
    {
        var reply = ReplyFrame.BeginResult(Id, _session.MaximumFrameBytes);
        using var activity = StartActivity();
        try
        {
            await _work.ServeAsync(_request.Body, reply, _limit.Over).ConfigureAwait(Executor.Current is not null);
            return reply;
        }
        catch (OperationCanceledException error) when (_limit.Over.IsCancellationRequested)
        {
            return Failure(_wasCancelled ? FailureKind.Cancelled : FailureKind.TimedOut, error, error.Message);
        }
        catch (Exception error)
        {
            activity?.SetStatus(ActivityStatusCode.Error, error.Message);
            return reply.HasOverflown
                ? Failure(FailureKind.TooLarge, error, error.Message)
                : Failure(FailureKind.Threw, (error as BodyException)?.InnerException ?? error, error.Message);
        }
    }

    private FrameWriter Failure(FailureKind kind, Exception error, string message) =>
        ReplyFrame.OfFailure(Id, kind, error.GetType().FullName ?? error.GetType().Name, message, error.ToString());

    // Also without a listener the work sees the caller's trace, and passes it on to what it calls.
    private Activity? StartActivity()
    {
        if (_request.TraceParent is not { } parent || !ActivityContext.TryParse(parent, _request.TraceState, isRemote: true, out var context))
        {
            return null;
        }

        if (ConcurrencyTelemetry.Activities.StartActivity(ActivityName, ActivityKind.Server, context) is { } sampled)
        {
            return sampled;
        }

        var plain = new Activity(ActivityName).SetParentId(context.TraceId, context.SpanId, context.TraceFlags);
        plain.TraceStateString = _request.TraceState;
        return plain.Start();
    }
}
