using System.Globalization;
using System.Runtime.InteropServices;
using Concurrency.Execution;

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
        _context = BlockingWatch.CreateContext(this, options);
        _engine = new PoolEngine(this, options);
        TimeProvider = new LoopTimeProvider(options.TimeProvider, this, timers: null);
        HomeContext.Get();
    }

    /// <inheritdoc/>
    public override ExecutorKind Kind => ExecutorKind.Pool;

    /// <inheritdoc/>
    public override int MaximumConcurrency => _options.MaximumThreads;

    /// <inheritdoc/>
    public override TimeProvider TimeProvider { get; }

    /// <inheritdoc/>
    public override SynchronizationContext SynchronizationContext => _context;

    /// <inheritdoc/>
    public override CancellationToken Stopping => _engine.Lifetime.Stopping;

    /// <inheritdoc/>
    public override ExecutorStatistics Statistics =>
        _engine.Snapshot(Volatile.Read(ref _runAfterStop)) with { BlockingWaits = BlockingWatch.CountOf(_context) };

    /// <inheritdoc/>
    public override DescriptorReadiness WatchDescriptor(SafeHandle descriptor)
    {
        ObjectDisposedException.ThrowIf(_engine.Lifetime.HasEnded, this);
        return SharedSelector.Watch(descriptor, this);
    }

    /// <inheritdoc/>
    public override Task<bool> DrainAsync(TimeSpan timeout) => _engine.Lifetime.DrainAsync(timeout);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _engine.Lifetime.DisposeAsync();

    /// <summary>Gives a worker its thread.</summary>
    internal void StartThread(PoolWorker worker)
    {
        var thread = new Thread(() => RunThread(worker)) { IsBackground = true, Name = Name };
        CleanThreads.Run(static thread => ((Thread)thread!).UnsafeStart(), thread);
    }

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

    private static PoolExecutorOptions Checked(PoolExecutorOptions options)
    {
        ExecutorOptions.Validate(options);
        Require(options.MaximumThreads, nameof(options.MaximumThreads), MostThreads);
        Require(options.MinimumThreads, nameof(options.MinimumThreads), options.MaximumThreads);
        Require(options.QueueLimit ?? 1, nameof(options.QueueLimit), LargestQueue);
        ExecutorOptions.RequireSpan(options.IdleTimeout, nameof(options.IdleTimeout), TimeSpan.FromDays(1), infiniteAllowed: true);
        return options;
    }

    private static void Require(int value, string name, int largest)
    {
        if (value < 1 || value > largest)
        {
            throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture, $"{name} was {value}. Give 1 to {largest}."));
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
