using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>The context of an executor on which .NET announces every managed wait before it blocks.</summary>
internal sealed class BlockingWatch : ExecutorSynchronizationContext
{
    private const int TimedOut = 0x102;
    private const int SampleMilliseconds = 100;
    private const int MaximumCallSites = 1024;

    // A stack costs about a tenth of a millisecond: for a wait that nobody asked to be reported it is taken late.
    private const int UnreportedGrace = 100;

    [ThreadStatic]
    private static bool t_isReporting;

    private readonly ExecutorOptions _options;
    private readonly int _grace;
    private readonly Dictionary<string, long> _callSites = [];
    private long _count;
    private long _nextSample;
    private int _blocked;

    private BlockingWatch(Executor executor, ExecutorOptions options)
        : base(executor)
    {
        _options = options;
        _grace = options.OnBlocking == OnBlocking.Ignore ? UnreportedGrace : (int)Math.Ceiling(options.BlockingGrace.TotalMilliseconds);
        SetWaitNotificationRequired();
    }

    /// <summary>Makes the context that an executor with these options needs.</summary>
    /// <param name="executor">The executor.</param>
    /// <param name="options">Its options.</param>
    /// <param name="always">Whether to know of blocked threads even where blocking is ignored.</param>
    public static ExecutorSynchronizationContext CreateContext(Executor executor, ExecutorOptions options, bool always = false) =>
        options.OnBlocking == OnBlocking.Ignore && !always
            ? new ExecutorSynchronizationContext(executor)
            : new BlockingWatch(executor, options);

    /// <summary>How many blocking waits a context has seen.</summary>
    public static long CountOf(ExecutorSynchronizationContext context) =>
        context is BlockingWatch watch ? Volatile.Read(ref watch._count) : 0;

    /// <summary>How many threads are in a blocking wait now.</summary>
    public static int BlockedOf(ExecutorSynchronizationContext context) =>
        context is BlockingWatch watch ? Volatile.Read(ref watch._blocked) : 0;

    /// <summary>Called by .NET on the thread that is about to block.</summary>
    public override int Wait(IntPtr[] waitHandles, bool waitAll, int millisecondsTimeout)
    {
        if (t_isReporting || millisecondsTimeout == 0 || !Executor.IsCurrent)
        {
            return WaitHelper(waitHandles, waitAll, millisecondsTimeout);
        }

        if (_options.OnBlocking != OnBlocking.Ignore)
        {
            Interlocked.Increment(ref _count);
        }

        if (_options.OnBlocking == OnBlocking.Throw && CaptureQuietly() is { Kind: not BlockingWaitKind.Lock } stack)
        {
            Deliver(stack, out var report);
            throw new BlockingWaitException(report);
        }

        Interlocked.Increment(ref _blocked);
        try
        {
            return WaitAndReport(waitHandles, waitAll, millisecondsTimeout);
        }
        finally
        {
            PoolWorker.Current?.NoteBlocked(null);
            Interlocked.Decrement(ref _blocked);
        }
    }

    private int WaitAndReport(IntPtr[] waitHandles, bool waitAll, int timeout)
    {
        var grace = timeout < 0 ? _grace : Math.Min(_grace, timeout);
        var result = WaitHelper(waitHandles, waitAll, grace);
        if (result != TimedOut)
        {
            ReportSampled();
            return result;
        }

        var stack = CaptureQuietly();
        PoolWorker.Current?.NoteBlocked(stack);
        if (!stack.IsInternal && _options.OnBlocking != OnBlocking.Ignore)
        {
            Deliver(stack, out _);
        }

        if (timeout < 0)
        {
            return TurnBorrower.Current is { } borrower && Executor.MaximumConcurrency == 1 && stack.Kind != BlockingWaitKind.Lock
                ? WaitOrRefuse(waitHandles, waitAll, borrower, stack)
                : WaitHelper(waitHandles, waitAll, timeout);
        }

        return timeout > grace ? WaitHelper(waitHandles, waitAll, timeout - grace) : result;
    }

    /// <summary>Waits as long as nothing else wants the turn; afterwards what it waits for may be just that, and would never come.</summary>
    private int WaitOrRefuse(IntPtr[] waitHandles, bool waitAll, TurnBorrower borrower, BlockingStack stack)
    {
        var limit = (int)Math.Ceiling(borrower.BlockedLimit.TotalMilliseconds);
        while (true)
        {
            var result = WaitHelper(waitHandles, waitAll, limit);
            if (result != TimedOut)
            {
                return result;
            }

            if (limit >= 0 && Executor.Statistics.Queued is > 0 and var queued)
            {
                throw new BlockingWaitException(
                    $"{stack.Operation} at {stack.CallSite} has blocked the turn of the {Executor} for {borrower.BlockedLimit} while {queued} "
                    + "pieces of its work wait for that turn, and may wait for one of them. Use SyncBridge.Await instead.\n"
                    + $"The bridged code:\n{stack.Text}\n{borrower.DescribeLender()}");
            }
        }
    }

    private static BlockingStack CaptureQuietly()
    {
        // Reading symbols may have to wait for a lock of .NET's, which is not a wait of the user.
        t_isReporting = true;
        try
        {
            return BlockingStack.Capture();
        }
        finally
        {
            t_isReporting = false;
        }
    }

    private void ReportSampled()
    {
        if (_options.OnBlocking == OnBlocking.Ignore)
        {
            return;
        }

        // Many short waits starve a loop as well as one long wait; a stack for each would make it worse.
#pragma warning disable RS0030 // A real-time rate limit.
        var now = Environment.TickCount64;
#pragma warning restore RS0030
        var next = Volatile.Read(ref _nextSample);
        if (now < next || Interlocked.CompareExchange(ref _nextSample, now + SampleMilliseconds, next) != next)
        {
            return;
        }

        var stack = CaptureQuietly();
        if (stack.Kind != BlockingWaitKind.Lock)
        {
            Deliver(stack, out _);
        }
    }

    private void Deliver(BlockingStack stack, out BlockingReport report)
    {
        var occurrences = CountCallSite(stack.CallSite);
        report = new BlockingReport
        {
            Executor = Executor,
            Kind = stack.Kind,
            Operation = stack.Operation,
            CallSite = stack.CallSite,
            Stack = stack.Text,
            ThreadId = Environment.CurrentManagedThreadId,
            Occurrences = occurrences,
        };
        if (!PowersOfTen.Contain(occurrences))
        {
            return;
        }

        t_isReporting = true;
        try
        {
            if (_options.LoggerBeside(_options.OnBlockingReport) is { } logger)
            {
                ExecutorLog.Blocking(logger, report.Operation, Executor, report.CallSite, occurrences, report.Stack);
            }

            _options.OnBlockingReport?.Invoke(report);
        }
        catch (Exception error)
        {
            ExecutorLog.ReportCallbackFailed(_options.Log, Executor, error);
        }
        finally
        {
            t_isReporting = false;
        }
    }

    private long CountCallSite(string callSite)
    {
        t_isReporting = true;
        try
        {
            lock (_callSites)
            {
                if (_callSites.Count >= MaximumCallSites && !_callSites.ContainsKey(callSite))
                {
                    // Made-up call sites must not fill memory; the known ones start to count anew.
                    _callSites.Clear();
                }

                return _callSites[callSite] = _callSites.GetValueOrDefault(callSite) + 1;
            }
        }
        finally
        {
            t_isReporting = false;
        }
    }
}
