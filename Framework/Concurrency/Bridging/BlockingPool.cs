using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Bridging;

/// <summary>Runs blocking calls on a pool that is made for the first of them, and anew for the first after a stop.</summary>
internal sealed class BlockingPool
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    // A caller that makes one call after the other is back with the next within this time.
    private static readonly TimeSpan s_spin = Environment.ProcessorCount > 1 ? TimeSpan.FromMicroseconds(50) : TimeSpan.Zero;

    private readonly QuietLock _gate = new();
    private readonly BlockingWorkOptions _options;
    private readonly int _threads;
    private Generation? _current;

    public BlockingPool(BlockingWorkOptions options, Func<string, string?> environment)
    {
        _options = BlockingWorkOptions.Checked(options);
        _threads = _options.ThreadsToUse(environment);
    }

    public ExecutorStatistics Statistics
    {
        get
        {
            using (_gate.EnterScope())
            {
                return _current?.Pool.Statistics ?? default;
            }
        }
    }

    public Task<T> RunAsync<T>(Func<T> work, Delegate code, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        if (_threads == 0 || (Executor.Current is PoolExecutor current && ReferenceEquals(current, Volatile.Read(ref _current)?.Pool)))
        {
            return RunHere(work);
        }

        if (!cancellationToken.CanBeCanceled)
        {
            return Queue(work, cancellationToken);
        }

        var call = new AbandonableCall<T>(work, code, _options.Logger, cancellationToken);
        return call.Follow(Queue(call.Run, cancellationToken));
    }

    public async Task<bool> StopAsync(TimeSpan timeout)
    {
        LongWait.Validate(timeout);
        if (TakeLast() is not { } last)
        {
            return true;
        }

        if (last.Entered is { } entered)
        {
            await entered.Task.ConfigureAwait(Executor.Current is not null);
        }

        var stopped = last.Pool;
        var ended = await stopped.DrainAsync(timeout).ConfigureAwait(Executor.Current is not null);
        var disposed = stopped.DisposeAsync();
        if (ended)
        {
            await disposed.ConfigureAwait(Executor.Current is not null);
        }
        else
        {
            // What has not started never will; a call that blocks for longer ends by itself, and nobody can make it.
            _ = disposed.AsTask();
        }

        return ended;
    }

    /// <summary>Takes the threads away from later calls, which get new ones.</summary>
    private Generation? TakeLast()
    {
        using var entered = _gate.EnterScope();
        var last = _current;
        if (last is { Pool.IsCurrent: true })
        {
            throw new InvalidOperationException(
                "BlockingWork.StopAsync was called by one of its own calls, for whose end it would wait. Call it from elsewhere.");
        }

        _current = null;
        if (last is { Entering: > 0 })
        {
            last.Entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return last;
    }

    private static Task<T> RunHere<T>(Func<T> work)
    {
        try
        {
            return Task.FromResult(work());
        }
        catch (Exception error)
        {
            return EndedTask.ThrowAsync<T>(error);
        }
    }

    private Task<T> Queue<T>(Func<T> work, CancellationToken cancellationToken)
    {
        // A stop comes before the call, which makes a new pool then, or waits until the call is queued; queueing may start a
        // thread, and is not done under the lock.
        Generation generation;
        using (_gate.EnterScope())
        {
            generation = _current ??= new Generation(CreatePool());
            generation.Entering++;
        }

        try
        {
            return generation.Pool.InvokeAsync(work, cancellationToken);
        }
        finally
        {
            Leave(generation);
        }
    }

    private void Leave(Generation generation)
    {
        TaskCompletionSource? entered;
        using (_gate.EnterScope())
        {
            entered = --generation.Entering == 0 ? generation.Entered : null;
        }

        entered?.SetResult();
    }

    private PoolExecutor CreatePool() => new(new PoolExecutorOptions
    {
        Name = "blocking work",
        MinimumThreads = 1,
        MaximumThreads = _threads,
        QueueLimit = _options.QueueLimit,
        RejectWhenFull = _options.RejectWhenFull,
        IdleTimeout = _options.IdleTimeout,
        SpinBeforeSleep = s_spin,
        TimeProvider = _options.TimeProvider,
        Logger = _options.Logger,
        OnBlocking = OnBlocking.Ignore,
        ShutdownTimeout = s_patience,
    });

    /// <summary>One pool, and how many calls are being queued to it; guarded by the gate.</summary>
    private sealed class Generation(PoolExecutor pool)
    {
        public PoolExecutor Pool => pool;

        public int Entering { get; set; }

        /// <summary>Set by the stop that waits for them.</summary>
        public TaskCompletionSource? Entered { get; set; }
    }
}
