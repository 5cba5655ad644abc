using Concurrency.Diagnostics;
using Concurrency.Execution;
using Concurrency.Time;

namespace Concurrency.Executors.Processes;

/// <summary>Runs named work in child processes of the same program: what crashes, leaks or cannot be cancelled there does not harm this process.</summary>
/// <remarks>
/// <para>It is not an <see cref="Executor"/>: a process takes no closure. Requests and replies are JSON over a private connection.
/// Each request is sent to one worker once; if that worker ends, the request fails and is never run again by itself.</para>
/// <para>The program's Main has to await <see cref="ProcessWorker.TryRunAsync"/> before anything else. All members are safe to
/// call from any thread.</para>
/// </remarks>
public sealed class ProcessExecutor : IAsyncDisposable, ILiveObject
{
    private readonly ProcessExecutorOptions _options;
    private readonly ProcessWorkCatalog _catalog;
    private readonly WorkerCrew _crew;
    private readonly RootAdmission _places;
    private long _lastId;
    private int _waiting;

    /// <summary>Makes an executor; the first worker starts with the first request.</summary>
    /// <param name="catalog">The work that can be asked for; the worker's Main passes the same to <see cref="ProcessWorker.TryRunAsync"/>.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">This process is itself a worker whose Main did not call <see cref="ProcessWorker.TryRunAsync"/>.</exception>
    public ProcessExecutor(ProcessWorkCatalog catalog, ProcessExecutorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        options ??= new ProcessExecutorOptions();
        ProcessExecutorOptions.Validate(options);
        if (Environment.GetEnvironmentVariable(Handshake.Variable) is not null)
        {
            throw new InvalidOperationException(ProcessMessages.NotPrepared());
        }

        _options = options;
        _catalog = catalog;
        _places = new RootAdmission(options.QueueLimit);
        _crew = new WorkerCrew(options, catalog, LeavePlace);
        LiveObjects.Add(this);
    }

    /// <summary>The name that was given at construction.</summary>
    public string Name => _options.Name;

    /// <summary>What this executor has done and is doing; a new snapshot on each call.</summary>
    public ProcessExecutorStatistics Statistics => _crew.Snapshot() with { Waiting = Volatile.Read(ref _waiting) };

    /// <inheritdoc/>
    string ILiveObject.Kind => "executor";

    /// <inheritdoc/>
    ILiveObject? ILiveObject.Parent => null;

    /// <summary>Runs work in a worker process and completes with its output.</summary>
    /// <param name="work">In the executor's catalogue.</param>
    /// <param name="input">Written as JSON before the call waits for a worker: later changes of the object are not seen.</param>
    /// <param name="cancellationToken">In the queue: the work does not run. Later: passed to the work; if it does not end within the grace, its worker is killed.</param>
    /// <returns>Completes when the work has ended or its process is gone, not before.</returns>
    /// <exception cref="ProcessWorkException">The work threw, or its input or output could not be read or written.</exception>
    /// <exception cref="WorkerCrashedException">The worker ended while it ran the work.</exception>
    /// <exception cref="WorkerStartException">No worker could be started; the work has not run.</exception>
    /// <exception cref="FrameTooLargeException">The input or the output is larger than a frame may be.</exception>
    /// <exception cref="ExecutorRejectedException">The executor is stopping, or its queue is full and it rejects.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled, or the executor was disposed.</exception>
    public Task<TOut> RunAsync<TIn, TOut>(ProcessWork<TIn, TOut> work, TIn input, CancellationToken cancellationToken = default) =>
        RunAsync(work, input, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Runs work in a worker process, for a limited time, and completes with its output.</summary>
    /// <param name="work">In the executor's catalogue.</param>
    /// <param name="input">Written as JSON before the call waits for a worker: later changes of the object are not seen.</param>
    /// <param name="timeout">From now to the reply, the time in the queue included; <see cref="Timeout.InfiniteTimeSpan"/> for no limit. When it has passed, the work is cancelled.</param>
    /// <param name="cancellationToken">In the queue: the work does not run. Later: passed to the work; if it does not end within the grace, its worker is killed.</param>
    /// <exception cref="TimeoutException">The time has passed, and the work has given in to that or its process was killed.</exception>
    /// <inheritdoc cref="RunAsync{TIn, TOut}(ProcessWork{TIn, TOut}, TIn, CancellationToken)"/>
    public Task<TOut> RunAsync<TIn, TOut>(ProcessWork<TIn, TOut> work, TIn input, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (!_catalog.Holds(work))
        {
            throw new ArgumentException(ProcessMessages.NotInCatalog(Name, work), nameof(work));
        }

        var clock = _options.TimeProvider;
        return CallAsync(work, input, new CallTimes(clock.GetTimestamp(), timeout, Deadline.After(timeout, clock)), cancellationToken);
    }

    /// <summary>Refuses new work from now on and waits until what was taken in has ended.</summary>
    /// <param name="timeout">How long to wait at most, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <returns>Whether all of it ended in time.</returns>
    public async Task<bool> DrainAsync(TimeSpan timeout)
    {
        var deadline = Deadline.After(timeout, _options.TimeProvider);
        _crew.Drain();
        ClosePlaces();
        return await LongWait.EndsInTimeAsync(_crew.Drained, deadline.Remaining, _options.TimeProvider).ConfigureAwait(Executor.Current is not null);
    }

    /// <summary>Refuses new work, cancels what is queued and what runs, and ends the workers; kills those that do not end in time.</summary>
    /// <remarks>Completes when no worker process is left.</remarks>
    public async ValueTask DisposeAsync()
    {
        _crew.Stop();
        ClosePlaces();
        await _crew.Ended.ConfigureAwait(Executor.Current is not null);
        LiveObjects.Remove(this);
    }

    /// <inheritdoc/>
    public override string ToString() => $"Process executor '{Name}'";

    /// <inheritdoc/>
    void ILiveObject.Describe(LiveDetails details)
    {
        var statistics = Statistics;
        details.Add("queued", statistics.Queued);
        details.Add("in flight", statistics.InFlight);
        details.Add("starting", statistics.Starting);
        foreach (var (processId, requests) in _crew.Describe())
        {
            details.AddPart("worker", $"process {processId}").Add("runs", requests.Length == 0 ? "nothing" : string.Join(", ", requests));
        }
    }

    private async Task<TOut> CallAsync<TIn, TOut>(ProcessWork<TIn, TOut> work, TIn input, CallTimes times, CancellationToken cancellationToken)
    {
        using var limit = times.Deadline.IsInfinite ? null : new TimeLimit(times.Timeout, _options.TimeProvider, cancellationToken);
        var stop = limit?.Over ?? cancellationToken;
        var outcome = await EnterAsync(stop).ConfigureAwait(Executor.Current is not null)
            ? await SubmitAsync(work, input, times, stop).ConfigureAwait(Executor.Current is not null)
            : new RequestOutcome(null, null, WasStopped: true);
        if (outcome is { WasStopped: true } or { Reply.Failure: FailureKind.Cancelled or FailureKind.TimedOut })
        {
            throw Stopped(work, outcome, times, cancellationToken);
        }

        return Outcomes.Read(work, outcome, _options.MaximumFrameBytes);
    }

    /// <summary>Takes a place in the queue.</summary>
    /// <returns>False if the call was cancelled before there was one.</returns>
    private async Task<bool> EnterAsync(CancellationToken stop)
    {
        if (_crew.Phase != ExecutorPhase.Running)
        {
            throw Refused();
        }

        if (stop.IsCancellationRequested)
        {
            return false;
        }

        return _options.RejectWhenFull ? TryEnterOrReject() : await WaitForPlaceAsync(stop).ConfigureAwait(Executor.Current is not null);
    }

    private bool TryEnterOrReject()
    {
        if (_places.TryEnter())
        {
            return true;
        }

        _crew.Refused();
        throw new ExecutorRejectedException(ProcessMessages.Full(Name, _options.QueueLimit));
    }

    private async Task<bool> WaitForPlaceAsync(CancellationToken stop)
    {
        if (_places.TryEnter(default, isAccepted: false, out var waiter))
        {
            return true;
        }

        if (waiter is null)
        {
            throw Refused();
        }

        Interlocked.Increment(ref _waiting);
        try
        {
            waiter.CancelWith(stop);
            await waiter.Task.ConfigureAwait(Executor.Current is not null);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private void LeavePlace()
    {
        if (_places.TryHandOver(out var admitted))
        {
            admitted.Admit();
        }
    }

    private void ClosePlaces()
    {
        _places.Close();
        while (_places.TryTakeWaiter(out var waiter))
        {
            waiter.Refuse(Refused());
        }
    }

    private async Task<RequestOutcome> SubmitAsync<TIn, TOut>(ProcessWork<TIn, TOut> work, TIn input, CallTimes times, CancellationToken stop)
    {
        ProcessRequest request;
        try
        {
            var id = Interlocked.Increment(ref _lastId);
            request = new ProcessRequest(id, work, Write(work, input, id), times.Deadline, times.CalledAt);
        }
        catch
        {
            LeavePlace();
            throw;
        }

        if (!_crew.TrySubmit(request))
        {
            LeavePlace();
            throw Refused();
        }

        var registration = stop.UnsafeRegister(
            static state =>
            {
                var (crew, request) = ((WorkerCrew, ProcessRequest))state!;
                crew.Cancel(request);
            },
            (_crew, request));
        try
        {
            return await request.Ended.ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            registration.Unregister();
        }
    }

    private FrameWriter Write<TIn, TOut>(ProcessWork<TIn, TOut> work, TIn input, long id)
    {
        var frame = RequestFrame.Begin(id, work.Name, _options.MaximumFrameBytes);
        try
        {
            work.WriteInput(frame, input);
            return frame;
        }
        catch (InvalidOperationException) when (frame.HasOverflown)
        {
            throw new FrameTooLargeException(ProcessMessages.InputTooLarge(work.Name, _options.MaximumFrameBytes))
            {
                WorkName = work.Name,
                LimitBytes = _options.MaximumFrameBytes,
            };
        }
    }

    private Exception Stopped(ProcessWork work, RequestOutcome outcome, CallTimes times, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException(outcome.Error?.Message ?? $"'{work.Name}' was cancelled.", outcome.Error, cancellationToken);
        }

        return times.Deadline.HasPassed || outcome.Reply?.Failure == FailureKind.TimedOut
            ? new TimeoutException(ProcessMessages.TimedOut(work.Name, times.Timeout), outcome.Error)
            : new OperationCanceledException(ProcessMessages.Disposed(Name, work.Name), outcome.Error);
    }

    private ExecutorRejectedException Refused()
    {
        _crew.Refused();
        return new ExecutorRejectedException(ProcessMessages.Refused(Name, _crew.Phase));
    }

    private readonly record struct CallTimes(long CalledAt, TimeSpan Timeout, Deadline Deadline);
}
