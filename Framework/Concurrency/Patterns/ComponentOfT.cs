using Concurrency.Channels;
using Concurrency.Execution;
using Concurrency.Sources;

namespace Concurrency.Patterns;

/// <inheritdoc/>
/// <typeparam name="T">The event.</typeparam>
public sealed class Component<T> : Component
{
    // Handlers that were just cancelled may still answer; then what waits is given up, although one of them may hang.
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(100);

    private readonly Func<IEventSource<T>> _makeSource;
    private readonly bool _canMakeAnew;
    private readonly ComponentOptions<T> _options;
    private readonly RestartBudget _budget;
    private readonly HandlerRunner<T> _runner;
    private readonly EventReader<T> _reader;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _cancel = new();
    private readonly TaskCompletionSource _completion = new(Interleaving.CompletionOptions);
    private readonly Lock _gate = new();
    private SourceStatistics _ended;
    private ChannelStatistics? _endedChannel;
    private IEventSource<T>? _source;
    private Task _started = Task.CompletedTask;
    private Task _run = Task.CompletedTask;
    private ComponentState _state;
    private bool _sourceStarts;
    private bool _disposed;

    /// <summary>Makes a component of one source, which it owns from now on.</summary>
    public Component(
        string name,
        IEventSource<T> source,
        Executor executor,
        Func<T, CancellationToken, ValueTask> handler,
        ComponentOptions<T>? options = null)
        : this(name, () => source, executor, handler, options)
    {
        ArgumentNullException.ThrowIfNull(source);
        _canMakeAnew = false;
        _source = source;
    }

    /// <summary>Makes a component that makes its source, and makes it anew after a failure if its policy is <see cref="ComponentErrorPolicy.Restart"/>.</summary>
    /// <param name="name">Names the component in statistics and messages.</param>
    /// <param name="makeSource">Called by <see cref="StartAsync"/>; each source is owned and disposed by the component.</param>
    /// <param name="executor">Where the source and the handler run; it stays the caller's to dispose, after the component.</param>
    /// <param name="handler">Handles one event.</param>
    /// <param name="options">Concurrency and error policy; null for the defaults.</param>
    public Component(
        string name,
        Func<IEventSource<T>> makeSource,
        Executor executor,
        Func<T, CancellationToken, ValueTask> handler,
        ComponentOptions<T>? options = null)
        : base(name, executor)
    {
        ArgumentNullException.ThrowIfNull(makeSource);
        ArgumentNullException.ThrowIfNull(handler);
        _options = options ?? new ComponentOptions<T>();
        _options.Validate(name);
        _makeSource = makeSource;
        _canMakeAnew = true;
        var clock = executor.TimeProvider;
        _budget = new RestartBudget(_options.MaxRestarts, _options.RestartPeriod, _options.RestartBackoff, clock);
        _runner = new HandlerRunner<T>(name, handler, _options, _budget, clock);
        _reader = new EventReader<T>(name, _options, _runner, clock);
    }

    /// <inheritdoc/>
    public override ComponentState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    /// <inheritdoc/>
    public override ComponentStatistics Statistics
    {
        get
        {
            lock (_gate)
            {
                var source = Sum(_ended, _source?.Statistics ?? default);
                return _runner.Statistics with
                {
                    Source = source with { Undelivered = source.Undelivered + _reader.Undelivered },
                    Channel = _source?.Events.GetStatistics() ?? _endedChannel,
                };
            }
        }
    }

    /// <inheritdoc/>
    public override Task Completion => _completion.Task;

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var started = new TaskCompletionSource(Interleaving.CompletionOptions);
        lock (_gate)
        {
            if (_disposed)
            {
                throw new ObjectDisposedException(Name, $"The component '{Name}' was disposed and cannot be started. Make a new one.");
            }

            if (_state != ComponentState.Created)
            {
                throw new InvalidOperationException($"The component '{Name}' was started before and is {_state}. Make a new one for each run.");
            }

            _state = ComponentState.Running;
            _started = started.Task;
        }

        try
        {
            await StartSourceAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
            _run = RunAsync();
        }
        catch (Exception error)
        {
            await TryAsync(EndSourceAsync()).ConfigureAwait(Executor.Current is not null);
            // A start that its caller called off is no failure of the component.
            End(error is OperationCanceledException && cancellationToken.IsCancellationRequested ? null : error);
            throw;
        }
        finally
        {
            started.SetResult();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        IEventSource<T>? source;
        lock (_gate)
        {
            if (_state == ComponentState.Created)
            {
                End(null);
            }

            if (_state == ComponentState.Running)
            {
                _state = ComponentState.Stopping;
            }

            // A source that is just being started is stopped by whoever starts it, once it has begun.
            source = _sourceStarts ? null : _source;
        }

        _stop.Cancel();
        if (source is not null)
        {
            await source.StopAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
    }

    /// <inheritdoc/>
    public override void Cancel(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        _reader.Cancel(reason);
        _cancel.Cancel();
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        Task started;
        lock (_gate)
        {
            _disposed = true;
            started = _started;
        }

        await started.ConfigureAwait(Executor.Current is not null);
        await TryAsync(StopAsync()).ConfigureAwait(Executor.Current is not null);
        Cancel("the component was disposed.");
        await TryAsync(EndSourceWithinGraceAsync()).ConfigureAwait(Executor.Current is not null);
        await _run.ConfigureAwait(Executor.Current is not null);
        await EndSourceAsync().ConfigureAwait(Executor.Current is not null);
    }

    private async ValueTask EndSourceWithinGraceAsync()
    {
        using var ended = new CancellationTokenSource();
        var grace = Task.Delay(s_grace, Executor.TimeProvider, ended.Token);
        await Task.WhenAny(_run, grace).ConfigureAwait(Executor.Current is not null);
        ended.Cancel();
        await EndSourceAsync().ConfigureAwait(Executor.Current is not null);
    }

    private async Task StartSourceAsync(CancellationToken cancellationToken)
    {
        var source = _makeSource() ?? throw new InvalidOperationException($"The factory of the component '{Name}' returned no source. Return a new one for each start.");
        lock (_gate)
        {
            // Not ours before it is claimed: a source that another component reads must not be disposed here.
            _source = null;
            ReaderClaim.Claim(source.Events, this, Name);
            _source = source;
            _sourceStarts = true;
        }

        try
        {
            await source.StartAsync(Executor, cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            lock (_gate)
            {
                _sourceStarts = false;
            }
        }

        if (State == ComponentState.Stopping)
        {
            // Asked to stop while there was no source to tell.
            await StopAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
    }

    private async Task RunAsync()
    {
        Exception? failure = null;
        try
        {
            var again = false;
            while (!await TryRunOnceAsync(again).ConfigureAwait(Executor.Current is not null))
            {
                again = true;
            }
        }
        catch (OperationCanceledException) when (_cancel.IsCancellationRequested)
        {
            // Cancelled by its owner: the end was asked for.
        }
        catch (Exception error)
        {
            failure = error;
            // Nobody reads any more: what waits is given up now, not when the owner gets to it.
            await TryAsync(StopAsync()).ConfigureAwait(Executor.Current is not null);
            await TryAsync(EndSourceAsync()).ConfigureAwait(Executor.Current is not null);
        }

        End(failure);
    }

    /// <returns>False when the source failed and is to be made anew.</returns>
    private async Task<bool> TryRunOnceAsync(bool again)
    {
        try
        {
            if (again)
            {
                await EndSourceAsync().ConfigureAwait(Executor.Current is not null);
                if (State == ComponentState.Stopping)
                {
                    return true;
                }

                await StartSourceAsync(_cancel.Token).ConfigureAwait(Executor.Current is not null);
            }

            // A plain reader cannot be told to publish nothing more: its component stops by reading no further.
            var stopReading = _source is ReaderSource<T> ? _stop.Token : CancellationToken.None;
            await _reader.RunAsync(_source!.Events, Executor, stopReading, _cancel.Token).ConfigureAwait(Executor.Current is not null);
            return true;
        }
        catch (Exception error) when (MayMakeAnew(error))
        {
            if (!_budget.TryGrant(out var delay, out var count))
            {
                throw;
            }

            _options.Logger.Restarts(Name, delay, count, _options.MaxRestarts, _options.RestartPeriod, CauseOf(error));
            return await IsStoppedWithinAsync(delay).ConfigureAwait(Executor.Current is not null);
        }
    }

    /// <summary>Waits before the source is made anew; a stop ends the wait, and then no source is needed any more.</summary>
    private async Task<bool> IsStoppedWithinAsync(TimeSpan delay)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_cancel.Token, _stop.Token);
        try
        {
            await Task.Delay(delay, Executor.TimeProvider, ending.Token).ConfigureAwait(Executor.Current is not null);
            return false;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return true;
        }
    }

    private bool MayMakeAnew(Exception error) =>
        _canMakeAnew && _options.OnError == ComponentErrorPolicy.Restart && State == ComponentState.Running
        && !_cancel.IsCancellationRequested && CauseOf(error) is not ComponentFailedException;

    /// <summary>Does a step of the end whose failure must not keep the next step from being done.</summary>
    private async ValueTask TryAsync(ValueTask step)
    {
        try
        {
            await step.ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error)
        {
            _options.Logger.StepFailed(Name, error);
        }
    }

    private async ValueTask EndSourceAsync()
    {
        IEventSource<T>? source;
        lock (_gate)
        {
            source = _source;
        }

        if (source is null)
        {
            return;
        }

        await source.DisposeAsync().ConfigureAwait(Executor.Current is not null);
        lock (_gate)
        {
            if (ReferenceEquals(_source, source))
            {
                _ended = Sum(_ended, source.Statistics);
                _endedChannel = source.Events.GetStatistics();
                _source = null;
                ReaderClaim.Release(source.Events, this);
            }
        }
    }

    private void End(Exception? error)
    {
        lock (_gate)
        {
            _state = error is null ? ComponentState.Ended : ComponentState.Failed;
        }

        if (error is null)
        {
            _completion.TrySetResult();
            return;
        }

        var cause = CauseOf(error);
        if (cause is not ComponentFailedException)
        {
            // Otherwise the handler's failure was logged when it happened.
            _options.Logger.Failed(Name, cause);
        }

        _completion.TrySetException(cause as ComponentFailedException
            ?? new ComponentFailedException($"The component '{Name}' failed: {cause.Message}", cause));
        // Marked as observed: the failure was logged, and an owner that never asks must not end the process by it.
        _ = _completion.Task.Exception;
    }

    private static Exception CauseOf(Exception error) => error is AggregateException { InnerExceptions: [var first, ..] } ? first : error;

    private static SourceStatistics Sum(SourceStatistics a, SourceStatistics b) => new()
    {
        Observed = a.Observed + b.Observed,
        Coalesced = a.Coalesced + b.Coalesced,
        Published = a.Published + b.Published,
        Dropped = a.Dropped + b.Dropped,
        Undelivered = a.Undelivered + b.Undelivered,
        Resyncs = a.Resyncs + b.Resyncs,
        Errors = a.Errors + b.Errors,
    };
}
