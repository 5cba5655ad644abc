using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using TestClock = Concurrency.TestSupport.ManualClock;

namespace Concurrency.Tests.Executors;

/// <summary>Executors among callbacks that call back, clocks that act, and a system without threads.</summary>
public sealed class ExecutorFaultTests
{
    [Fact]
    public async Task FU9_OnRejectedThatWaitsForACallOfThePool_DoesNotDeadlockTheDrain()
    {
        var calls = 0;
        await using var pool = OneThread(full => full with
        {
            OnRejected = (executor, _) =>
            {
                if (Interlocked.Increment(ref calls) == 1)
                {
                    CallElsewhere(executor);
                }

                return null;
            },
        });
        using var leave = new ManualResetEventSlim();
        var running = await HoldAsync(pool, leave);
        var queued = pool.InvokeAsync(() => { });
        var waiting = pool.InvokeAsync(() => { });

        var drain = Task.Factory.StartNew(() => pool.DrainAsync(Timeout.InfiniteTimeSpan), TaskCreationOptions.LongRunning).Unwrap();

        await Assert.ThrowsAsync<ExecutorRejectedException>(() => waiting.Within("the refusal of the line"));
        Assert.Equal(2, calls);

        // A call after the drain has begun is refused outside of every lock as well.
        calls = 0;
        await Assert.ThrowsAsync<ExecutorRejectedException>(() => pool.InvokeAsync(() => { }).Within("the late call"));
        leave.Set();
        Assert.True(await drain.Within("the drain"));
        await Task.WhenAll(running, queued).Within("what was accepted");
    }

    [Fact]
    public async Task FU1_Rejected_CountsThoseWhoWaitedAndThoseWhoCameLate()
    {
        await using var pool = OneThread();
        using var leave = new ManualResetEventSlim();
        var running = await HoldAsync(pool, leave);
        var queued = pool.InvokeAsync(() => { });
        var waiting = pool.InvokeAsync(() => { });
        var drain = pool.DrainAsync(Timeout.InfiniteTimeSpan);

        await Assert.ThrowsAsync<ExecutorRejectedException>(() => waiting.Within("who waited"));
        await Assert.ThrowsAsync<ExecutorRejectedException>(() => pool.InvokeAsync(() => { }).Within("who came late"));

        Assert.Equal(2, pool.Statistics.Rejected);
        leave.Set();
        Assert.True(await drain.Within("the drain"));
        await Task.WhenAll(running, queued).Within("what was accepted");
    }

    [Fact]
    public async Task FU8_DelayedWorkThatIsDueInAFullPool_RunsAllTheSame_WhenTheDrainBegins()
    {
        var clock = new TestClock();
        var told = 0;
        await using var pool = OneThread(o => o with
        {
            TimeProvider = clock,
            OnRejected = (_, _) =>
            {
                told++;
                return null;
            },
        });
        var ran = 0;
        var task = pool.InvokeAfterAsync(TimeSpan.FromSeconds(1), () => { ran++; });
        var post = pool.PostAfter(TimeSpan.FromSeconds(1), () => { ran++; });
        using var leave = new ManualResetEventSlim();
        var queued = await MakeDueWhileFullAsync(pool, clock, leave);
        Assert.False(task.IsCompleted);

        var drain = pool.DrainAsync(Timeout.InfiniteTimeSpan);
        leave.Set();

        Assert.True(await drain.Within("the drain"));
        await Task.WhenAll(queued, task).Within("what was accepted");
        Assert.Equal((2, DelayedPostState.Queued), (ran, post.State));
        Assert.Equal((0, 0L), (told, pool.Statistics.Rejected));
    }

    [Fact]
    public async Task FU8_DelayedWorkThatIsDueInAFullPoolThatRejects_IsRefusedAndCounted()
    {
        var clock = new TestClock();
        await using var pool = OneThread(o => o with { TimeProvider = clock, RejectWhenFull = true });
        var post = pool.PostAfter(TimeSpan.FromSeconds(1), () => { });
        using var leave = new ManualResetEventSlim();
        var queued = await MakeDueWhileFullAsync(pool, clock, leave);

        var seen = (post.State, pool.Statistics.Rejected);
        leave.Set();
        await queued.Within("the rest");
        Assert.Equal((DelayedPostState.Rejected, 1L), seen);
    }

    public static TheoryData<string> Kinds => ["pool:1", "cooperative", "inline"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Drain_LongerThanTimersTake_Waits(string kind)
    {
        var clock = new TestClock();
        await using var executor = ExecutorSpec.Parse(kind).Create("patient", new ExecutorOptions { TimeProvider = clock, Logger = NullLogger.Instance });
        var gate = new TaskCompletionSource();
        var work = executor.RunAsync(_ => gate.Task);

        var drain = executor.DrainAsync(TimeSpan.FromDays(60));
        await clock.TimersArmed(1).Within("the first piece");
        Assert.False(drain.IsCompleted);
        gate.SetResult();

        Assert.True(await drain.Within("the drain"));
        await work.Within("the work");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Drain_WithATimeThatCannotBeMeant_ChangesNothing(string kind)
    {
        await using var executor = ExecutorSpec.Parse(kind).Create("open", new ExecutorOptions { Logger = NullLogger.Instance });

        var error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => executor.DrainAsync(TimeSpan.FromSeconds(-3)).Within("the refusal"));
        Assert.Contains("Nothing can be waited for -00:00:03.", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => executor.DrainAsync(TimeSpan.FromSeconds(-3), cancelNotStarted: true).Within("the other"));

        Assert.Equal(5, await executor.InvokeAsync(() => 5).Within("new work"));
    }

    [Fact]
    public async Task Drain_LongerThanTimersTake_EndsAfterThatTime()
    {
        var clock = new TestClock();
        var gate = new TaskCompletionSource();
        var ends = LongWait.EndsInTimeAsync(gate.Task, TimeSpan.FromDays(90), clock);
        foreach (var days in new[] { 40, 40 })
        {
            await clock.TimersArmed(1).Within("a piece");
            clock.Advance(TimeSpan.FromDays(days));
            Assert.False(ends.IsCompleted);
        }

        await clock.TimersArmed(1).Within("the rest");
        clock.Advance(TimeSpan.FromDays(10));
        Assert.False(await ends.Within("the end"));
    }

    [Fact]
    public async Task FU3_ATaskWhoseTokenWasCancelledBefore_CountsAsCancelled()
    {
        await using var executor = new InlineExecutor();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => executor.InvokeAsync(() => { }, new CancellationToken(true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => executor.InvokeAfterAsync(TimeSpan.FromDays(1), () => { }, new CancellationToken(true)));

        Assert.Equal((2, 0), (executor.Statistics.TasksCancelled, executor.Statistics.InFlight));
    }

    [Fact]
    public async Task Dispose_WhileTheLastWorkEnds_LeavesNoTimerBehind()
    {
        var gate = new TaskCompletionSource();
        var clock = new ActingClock(gate.SetResult);
        var executor = new InlineExecutor(new ExecutorOptions { TimeProvider = clock, Logger = NullLogger.Instance });
        var work = executor.RunAsync(_ => gate.Task);

        await executor.DisposeAsync().Within("the disposal");

        await work.Within("the work");
        Assert.Equal(0, clock.Inner.Pending);
    }

    [Fact]
    public async Task Pool_ThatGetsNoThread_KeepsTheWorkAndTriesAgain()
    {
        var clock = new TestClock();
        await using var pool = new PoolExecutor(new PoolExecutorOptions
        {
            MinimumThreads = 1,
            MaximumThreads = 1,
            WatchdogClock = clock,
            LongTurnLimit = Timeout.InfiniteTimeSpan,
            StarvationLimit = Timeout.InfiniteTimeSpan,
            Logger = NullLogger.Instance,
        });
        var start = pool.Start;
        pool.Start = static _ => throw new InvalidOperationException("no threads");

        var first = pool.InvokeAsync(() => 1);
        var second = pool.InvokeAsync(() => 2);
        Assert.Equal((0, 2), (pool.Statistics.Threads, pool.Statistics.Queued));
        pool.Start = start;
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((1, 2), (await first.Within("the next attempt"), await second.Within("the next attempt")));
        Assert.Equal(0, clock.Pending);
    }

    [Fact]
    public async Task Pool_ThatGetsNoThread_TriesAgainWithTheNextWork_AndCanBeDisposed()
    {
        var pool = new PoolExecutor(new PoolExecutorOptions { MinimumThreads = 1, MaximumThreads = 1, WatchdogClock = new TestClock(), Logger = NullLogger.Instance });
        var start = pool.Start;
        pool.Start = static _ => throw new InvalidOperationException("no threads");
        var first = pool.InvokeAsync(() => 1);
        pool.Start = start;

        var second = pool.InvokeAsync(() => 2);

        Assert.Equal((1, 2), (await first.Within("the next work"), await second.Within("the next work")));
        await pool.DisposeAsync().Within("the disposal");
    }

    private static void CallElsewhere(Executor executor) => Task.Factory.StartNew(
        () => executor.RunAsync(_ => Task.CompletedTask).ContinueWith(_ => { }, TaskScheduler.Default),
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default).Unwrap().Within("a call of the pool from another thread").GetAwaiter().GetResult();

    private static PoolExecutor OneThread(Func<PoolExecutorOptions, PoolExecutorOptions>? change = null)
    {
        var options = new PoolExecutorOptions { MinimumThreads = 1, MaximumThreads = 1, QueueLimit = 1, Logger = NullLogger.Instance, OnBlocking = OnBlocking.Ignore };
        return new PoolExecutor(change is null ? options : change(options));
    }

    /// <summary>The timer ticks in a turn of the pool, which finds the queue full; the turn after it stays until it may leave.</summary>
    private static async Task<Task> MakeDueWhileFullAsync(PoolExecutor pool, TestClock clock, ManualResetEventSlim leave)
    {
        using var tick = new ManualResetEventSlim();
        var first = await HoldAsync(pool, tick);
        var queued = pool.InvokeAsync(() => { });
        clock.Advance(TimeSpan.FromSeconds(1));
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pool.Resume(new ExecutorWork(() =>
        {
            entered.SetResult();
            leave.Wait();
        }));
        tick.Set();
        await first.Within("the first turn");
        await entered.Task.Within("the turn after the tick");
        return queued;
    }

    private static async Task<Task> HoldAsync(Executor executor, ManualResetEventSlim leave)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var turn = executor.InvokeAsync(() =>
        {
            entered.SetResult();
            leave.Wait();
        });
        await entered.Task.Within("the turn runs");
        return turn;
    }

    /// <summary>Does something while a timer is made.</summary>
    private sealed class ActingClock(Action act) : TimeProvider
    {
        private int _made;

        public TestClock Inner { get; } = new();

        public override long TimestampFrequency => Inner.TimestampFrequency;

        public override long GetTimestamp() => Inner.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => Inner.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (Interlocked.Increment(ref _made) == 1)
            {
                act();
            }

            return Inner.CreateTimer(callback, state, dueTime, period);
        }
    }
}
