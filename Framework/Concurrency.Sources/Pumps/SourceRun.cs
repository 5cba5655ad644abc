using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Concurrency.Channels;
using Concurrency.Execution;

namespace Concurrency.Sources.Pumps;

/// <summary>The life cycle, the channel and the accounts of one source: created, running, stopping, ended.</summary>
internal sealed class SourceRun<T>(BoundedChannelPolicy policy, Action<T, DropCause>? onUndelivered = null) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly BoundedChannel<T> _channel = BoundedChannel.Create(policy, onUndelivered);
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _begun = new(Interleaving.CompletionOptions);
    private readonly TaskCompletionSource<Exception?> _started = new(Interleaving.CompletionOptions);
    private readonly TaskCompletionSource _ended = new(Interleaving.CompletionOptions);

    private volatile Phase _phase;
    private volatile bool _disposed;
    private int _finished;
    private int _pumpEntered;
    private ISourcePump? _pump;
    private Exception? _endCause;
    private CancellationTokenRegistration _executorStopping;
    private long _observed;
    private long _coalesced;
    private long _published;
    private long _abandoned;
    private long _resyncs;
    private long _errors;

    /// <summary>Makes a run whose pump waits when the channel is full.</summary>
    public SourceRun(string name, int capacity)
        : this(new BoundedChannelPolicy(capacity) { Name = name })
    {
    }

    private enum Phase
    {
        Created,
        Running,
        Stopping,
        Ended,
    }

    public string Name { get; } = policy.Name!;

    public ChannelReader<T> Events => _channel.Reader;

    /// <summary>Wakes the pump.</summary>
    public WakeSignal Wake { get; } = new();

    /// <summary>Whether the pump should publish what it has accepted and end.</summary>
    public bool StopRequested => _phase >= Phase.Stopping;

    /// <summary>Is cancelled when the pump should end without publishing more: the source was disposed or its executor was.</summary>
    public CancellationToken Ending => _ending.Token;

    public SourceStatistics Statistics
    {
        get
        {
            var channel = _channel.Statistics;
            var abandoned = Interlocked.Read(ref _abandoned);
            return new SourceStatistics
            {
                Coalesced = Interlocked.Read(ref _coalesced),
                Published = Interlocked.Read(ref _published) + abandoned,
                Observed = Interlocked.Read(ref _observed),
                Dropped = channel.Dropped,
                Undelivered = channel.Aborted + abandoned,
                Resyncs = Interlocked.Read(ref _resyncs),
                Errors = Interlocked.Read(ref _errors),
            };
        }
    }

    public void CountObserved(long count = 1) => Interlocked.Add(ref _observed, count);

    public void CountCoalesced(long count = 1) => Interlocked.Add(ref _coalesced, count);

    public void CountResync() => Interlocked.Increment(ref _resyncs);

    public void CountError() => Interlocked.Increment(ref _errors);

    /// <summary>Counts an event that was observed and that no reader will get.</summary>
    public void CountAbandoned() => Interlocked.Increment(ref _abandoned);

    /// <summary>Hands an event to the channel if there is room.</summary>
    public bool TryPublish(T item)
    {
        if (!_channel.Writer.TryWrite(item))
        {
            return false;
        }

        Interlocked.Increment(ref _published);
        return true;
    }

    /// <summary>Completes with true once there is room, with false if the channel was aborted.</summary>
    /// <exception cref="OperationCanceledException">The source is ending.</exception>
    public ValueTask<bool> WaitForRoomAsync() => _channel.Writer.WaitToWriteAsync(_ending.Token);

    /// <summary>Lets <see cref="StartAsync"/> complete.</summary>
    public void ReportStarted() => _started.TrySetResult(null);

    public async ValueTask StartAsync(Executor executor, ISourcePump pump, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(executor);
        EnterStart(pump, cancellationToken);
        Begin(executor, pump);
        _ = ObserveAsync(executor.RunAsync(_ => RunAsync(pump), CancellationToken.None));
        var registration = executor.Stopping.UnsafeRegister(_ => EndWith(ExecutorLost(executor)), null);
        _executorStopping = registration;
        if (Volatile.Read(ref _finished) != 0)
        {
            registration.Unregister();
        }

        try
        {
            if (await _started.Task.WaitAsync(cancellationToken).ConfigureAwait(Executor.Current is not null) is { } error)
            {
                ExceptionDispatchInfo.Throw(error);
            }

            ThrowIfDisposed();
        }
        catch (OperationCanceledException cancelled) when (cancellationToken.IsCancellationRequested)
        {
            EndWith(cancelled);
            throw;
        }
    }

    private void Begin(Executor executor, ISourcePump pump)
    {
        try
        {
            pump.Begin(executor);
            ThrowIfDisposed();
        }
        catch (Exception error)
        {
            Finish(_disposed ? null : error);
            throw;
        }
        finally
        {
            _begun.TrySetResult();
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            if (_phase == Phase.Created)
            {
                _phase = Phase.Ended;
                _channel.Writer.TryComplete();
                return;
            }

            if (_phase == Phase.Running)
            {
                _phase = Phase.Stopping;
            }
        }

        _pump?.Cease();
        Wake.Wake();
    }

    public async ValueTask DisposeAsync()
    {
        bool ran;
        lock (_gate)
        {
            ran = _phase != Phase.Created && _pump is not null;
            _disposed = true;
            _phase = ran ? _phase : Phase.Ended;
        }

        if (ran)
        {
            _pump!.Cease();

            // What the pump makes when it begins has to be there before its owner disposes it.
            await _begun.Task.ConfigureAwait(Executor.Current is not null);
            EndWith(cause: null);
            await _ended.Task.ConfigureAwait(Executor.Current is not null);
        }

        _channel.Abort();
    }

    private static InvalidOperationException NotStartable(string name, Phase phase) => new(phase == Phase.Ended
        ? $"The source '{name}' has ended and cannot be started. Make a new one."
        : $"The source '{name}' was started before. A source runs once: make a new one.");

    private InvalidOperationException ExecutorLost(Executor executor) => new(
        $"The source '{Name}' ended because its executor '{executor.Name}' was disposed. Stop the source before its executor.");

    private void EnterStart(ISourcePump pump, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            if (_phase != Phase.Created)
            {
                throw NotStartable(Name, _phase);
            }

            cancellationToken.ThrowIfCancellationRequested();
            _pump = pump;
            _phase = Phase.Running;
        }
    }

    private void ThrowIfDisposed()
    {
        if (_disposed)
        {
            throw new ObjectDisposedException(Name, $"The source '{Name}' was disposed and cannot be started. Make a new one.");
        }
    }

    private async Task RunAsync(ISourcePump pump)
    {
        if (Interlocked.Exchange(ref _pumpEntered, 1) != 0)
        {
            return;
        }

        try
        {
            await pump.RunAsync().ConfigureAwait(Executor.Current is not null);
            Finish(Volatile.Read(ref _endCause));
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            Finish(Volatile.Read(ref _endCause));
        }
        catch (Exception error)
        {
            Finish(error);
        }
    }

    private async Task ObserveAsync(Task running)
    {
        try
        {
            await running.ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception refused)
        {
            // The pump reports its own failures: what comes here is that the executor did not run it.
            if (Interlocked.Exchange(ref _pumpEntered, 1) == 0)
            {
                Finish(refused);
            }
        }
    }

    /// <summary>Ends the pump without publishing more; if the executor never ran it, ends the source in its place.</summary>
    private void EndWith(Exception? cause)
    {
        Interlocked.CompareExchange(ref _endCause, cause, null);
        _ending.Cancel();
        Wake.Wake();
        if (Interlocked.Exchange(ref _pumpEntered, 1) == 0)
        {
            Finish(cause);
        }
    }

    private void Finish(Exception? error)
    {
        if (Interlocked.Exchange(ref _finished, 1) != 0)
        {
            return;
        }

        lock (_gate)
        {
            _phase = Phase.Ended;
        }

        _executorStopping.Unregister();
        _pump!.Cease();
        Interlocked.Add(ref _abandoned, _pump.Abandon());
        _channel.Writer.TryComplete(error);
        _started.TrySetResult(error);
        _ended.TrySetResult();
    }
}
