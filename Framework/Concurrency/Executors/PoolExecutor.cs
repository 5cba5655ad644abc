using System.Runtime.InteropServices;
using Concurrency.Execution;
using Concurrency.Interop;

namespace Concurrency.Executors;

/// <summary>Threads of its own, a few to many: a bulkhead for CPU work and for handlers that block.</summary>
/// <remarks>
/// <para>The queue limit bounds new work that was admitted and has not started; the continuation of admitted work is always
/// taken, and before new work. The number of threads bounds turns that run at the same moment, not asynchronous work in
/// flight: limit that where the work is started.</para>
/// <para>Threads are made when work waits and none is idle; those above the minimum end after a time without work.</para>
/// </remarks>
public sealed class PoolExecutor : Executor
{
    private const int MostThreads = 4096;
    private const int LargestQueue = 10_000_000;

    private readonly PoolExecutorOptions _options;
    private readonly ExecutorSynchronizationContext _context;
    private readonly PoolEngine _engine;
    private readonly ExecutorPresence _presence;
    private long _runAfterStop;

    /// <summary>Makes a pool that has up to a fixed number of threads, without a queue limit.</summary>
    /// <param name="name">Shown in statistics, thread names and messages; not empty.</param>
    /// <param name="threads">1 to 4096.</param>
    public PoolExecutor(string name, int threads)
        : this(new PoolExecutorOptions { Name = name, MinimumThreads = threads, MaximumThreads = threads })
    {
    }

    /// <summary>Makes a pool.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public PoolExecutor(PoolExecutorOptions options)
        : base(Checked(options).Name)
    {
        _options = options;
        _context = BlockingWatch.CreateContext(this, options, always: true);
        _engine = new PoolEngine(this, options);
        _presence = new ExecutorPresence(this);
        TimeProvider = new LoopTimeProvider(options.TimeProvider, this, timers: null);
        HomeContext.Get();
    }

    /// <inheritdoc/>
    public override ExecutorKind Kind => ExecutorKind.Pool;

    /// <inheritdoc/>
    public override int MaximumConcurrency => _engine.MaximumThreads;

    /// <summary>Threads that are kept once they were needed.</summary>
    public int MinimumThreads => _engine.MinimumThreads;

    /// <summary>Threads at most.</summary>
    public int MaximumThreads => _engine.MaximumThreads;

    /// <summary>How much new work may be queued, not yet started; null if there is no limit.</summary>
    public int? QueueLimit => _engine.QueueLimit;

    /// <summary>The last time that new work waited too long, and who held the threads; null if that has not happened.</summary>
    public StarvationReport? LastStarvation => _engine.LastStarvation;

    /// <inheritdoc/>
    public override TimeProvider TimeProvider { get; }

    /// <inheritdoc/>
    public override SynchronizationContext SynchronizationContext => _context;

    /// <inheritdoc/>
    public override CancellationToken Stopping => _engine.Lifetime.Stopping;

    /// <inheritdoc/>
    public override ExecutorStatistics Statistics =>
        Tally.AddTo(_engine.Snapshot(Volatile.Read(ref _runAfterStop)) with
        {
            Delayed = Delayed,
            BlockingWaits = BlockingWatch.CountOf(_context),
            BlockedThreads = BlockingWatch.BlockedOf(_context),
        });

    internal override bool IsClosing => _engine.Lifetime.Phase != ExecutorPhase.Running;

    internal override long CoarseNow => CoarseClock.Milliseconds();

    internal override long TurnBegan => PoolWorker.Current is { } worker ? worker.Watch.Began : CoarseNow;

    internal override ValueTask AdmitDelayedAsync(ExecutorWork work, CancellationToken cancellationToken) =>
        _engine.AdmitDelayedAsync(work, cancellationToken);

    internal override Exception? OnRefused() => RejectionHook.Call(this, _options);

    /// <summary>Changes how many threads there may be, while the pool works.</summary>
    /// <param name="minimumThreads">1 to <paramref name="maximumThreads"/>.</param>
    /// <param name="maximumThreads">1 to 4096.</param>
    /// <remarks>More: work that waits gets new threads at once. Fewer: idle threads end at once, busy ones after their turn.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range; nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public void Resize(int minimumThreads, int maximumThreads)
    {
        ExecutorOptions.RequireCount(maximumThreads, nameof(maximumThreads), MostThreads);
        ExecutorOptions.RequireCount(minimumThreads, nameof(minimumThreads), maximumThreads);
        ThrowIf(_engine.Lifetime.Phase == ExecutorPhase.Stopping, "be resized");
        _engine.Resize(minimumThreads, maximumThreads);
    }

    /// <summary>Changes the queue limit, while the pool works.</summary>
    /// <param name="queueLimit">1 to 10,000,000.</param>
    /// <remarks>Larger: those who wait for a place get one at once, in the order of their calls. Smaller: what is queued stays, and new work waits or is refused until the queue is short enough.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The limit is out of its range; nothing has changed.</exception>
    /// <exception cref="InvalidOperationException">The pool was made without a queue limit.</exception>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public void ResizeQueue(int queueLimit)
    {
        ExecutorOptions.RequireCount(queueLimit, nameof(queueLimit), LargestQueue);
        ThrowIf(_engine.Lifetime.Phase == ExecutorPhase.Stopping, "be resized");
        if (_engine.QueueLimit is null)
        {
            throw new InvalidOperationException($"The {this} was made without a queue limit. Give it a QueueLimit when you make it.");
        }

        _engine.ResizeQueue(queueLimit);
    }

    /// <inheritdoc/>
    public override DescriptorReadiness WatchDescriptor(SafeHandle descriptor)
    {
        ThrowIf(_engine.Lifetime.HasEnded, "watch a descriptor");
        return SharedSelector.Watch(descriptor, this);
    }

    /// <inheritdoc/>
    public override Task<bool> DrainAsync(TimeSpan timeout) => _engine.Lifetime.DrainAsync(timeout);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _engine.Lifetime.DisposeAsync();

    /// <summary>Gives a worker its thread.</summary>
    internal void StartThread(PoolWorker worker)
    {
        _presence.Show();
        CleanThreads.Run(
            static state =>
            {
                var (pool, worker) = ((PoolExecutor, PoolWorker))state!;
                pool.StartThreadHere(worker);
            },
            (this, worker));
    }

    /// <summary>Starts a thread; throws where the system has none left.</summary>
    internal Action<Thread> Start { get; set; } = static thread => thread.UnsafeStart();

    /// <summary>What the threads do that run a turn.</summary>
    internal IReadOnlyList<BusyThread> BusyThreads => _engine.BusyThreads;

    /// <summary>The last thread has ended.</summary>
    internal void Ended() => _presence.Hide();

    /// <summary>Runs a callback on the .NET thread pool because the executor has ended.</summary>
    internal void RunElsewhere(ExecutorWork work) => RunAfterStop(work);

    /// <inheritdoc/>
    protected override bool TryEnqueue(ExecutorWork work, WorkKind kind) => _engine.TryEnqueue(work, kind);

    /// <inheritdoc/>
    protected override ValueTask AdmitAsync(ExecutorWork work, CancellationToken cancellationToken) => _engine.AdmitAsync(work, cancellationToken);

    /// <inheritdoc/>
    protected override void OnRootStarted() => _engine.Lifetime.RootStarted();

    /// <inheritdoc/>
    protected override void OnRootCompleted() => _engine.Lifetime.RootCompleted();

    /// <inheritdoc/>
    protected override string DescribeRejection() => _engine.DescribeRejection();

    /// <inheritdoc/>
    protected override void RunAfterStop(ExecutorWork work)
    {
        Interlocked.Increment(ref _runAfterStop);
        base.RunAfterStop(work);
    }

    private void ThrowIf(bool isDisposed, string action)
    {
        if (isDisposed)
        {
            throw new ObjectDisposedException(nameof(PoolExecutor), $"The {this} was disposed and cannot {action}. Dispose it after its last user has ended.");
        }
    }

    private static PoolExecutorOptions Checked(PoolExecutorOptions options)
    {
        ExecutorOptions.Validate(options);
        ExecutorOptions.RequireCount(options.MaximumThreads, nameof(options.MaximumThreads), MostThreads);
        ExecutorOptions.RequireCount(options.MinimumThreads, nameof(options.MinimumThreads), options.MaximumThreads);
        ExecutorOptions.RequireCount(options.QueueLimit ?? 1, nameof(options.QueueLimit), LargestQueue);
        ExecutorOptions.RequireSpan(options.StarvationLimit, nameof(options.StarvationLimit), TimeSpan.FromDays(1), infiniteAllowed: true);
        ExecutorOptions.RequireSpan(options.SpinBeforeSleep, nameof(options.SpinBeforeSleep), TimeSpan.FromMilliseconds(1), infiniteAllowed: false);
        ExecutorOptions.RequireSpan(options.IdleTimeout, nameof(options.IdleTimeout), TimeSpan.FromDays(1), infiniteAllowed: true);
        return options;
    }

    private void StartThreadHere(PoolWorker worker)
    {
        try
        {
            Start(new Thread(() => RunThread(worker)) { IsBackground = true, Name = Name });
        }
        catch (Exception error)
        {
            // A limit of the process or of memory: whoever happened to post cannot help it, and his work is queued.
            _engine.ThreadNotStarted(worker, error);
        }
    }

    private void RunThread(PoolWorker worker)
    {
        using (EnterTurn())
        {
            _engine.RunWorker(worker);
        }

        var thread = Thread.CurrentThread;
        CleanThreads.QueueToPool(new ExecutorWork(() =>
        {
            // Whoever awaits the disposal finds the threads gone, not about to go.
            thread.Join();
            _engine.ThreadGone();
        }));
    }
}
