using Concurrency.Coordination;
using Concurrency.Scopes;
using Concurrency.TestSupport;
using Concurrency.Time;

namespace Concurrency.Tests.Scopes;

/// <summary>What is refused says of what, the value, and what to use instead; and it has changed nothing.</summary>
public sealed class ArgumentSentenceTests
{
    private readonly ResourcePoolRig _rig = new();

    [Fact]
    public async Task ResourcePool_SizeBelowOne_IsRefused()
    {
        await using var pool = _rig.Pool(2);

        Says(() => pool.Resize(0), "The pool 'rig' cannot hold 0 items. Use a size of 1 or more.");
        Says(() => _rig.Pool(-1), "The pool 'rig' cannot hold -1 items. Use a size of 1 or more.");

        await using var first = await pool.AcquireAsync().Within("first");
        await using var second = await pool.AcquireAsync().Within("second, since nothing has changed");
    }

    [Fact]
    public void ResourcePools_KeysBelowOne_AreRefused() =>
        Says(() => new ResourcePools<int, int>(_ => _rig.Options(), maximumKeys: 0), "There cannot be pools of 0 keys. Use 1 or more.");

    [Fact]
    public async Task RetryForever_Options_AreCheckedBeforeTheFirstTry()
    {
        var tried = false;
        var interval = await Refused(new RetryForeverOptions { Name = "poll", SameLogInterval = TimeSpan.FromSeconds(-1) });

        Assert.StartsWith("The failures of 'poll' cannot be logged every -00:00:01. Use zero to log each, or more.", interval.Message, StringComparison.Ordinal);
        await Refused(new RetryForeverOptions { Name = " " });
        await Refused(new RetryForeverOptions { Delay = null! });
        await Refused(new RetryForeverOptions { Logger = null! });
        Assert.False(tried);

        Task<ArgumentException> Refused(RetryForeverOptions options) => Assert.ThrowsAnyAsync<ArgumentException>(() => RetryForever.RunAsync(_ =>
        {
            tried = true;
            return Task.CompletedTask;
        }, options));
    }

    [Fact]
    public async Task RetryForever_LongDelay_IsSleptInPieces()
    {
        var clock = new ManualClock();
        var log = new ListLogger();
        var day = TimeSpan.FromDays(1);
        var run = RetryForever.RunAsync(
            _ => log.Messages.Count == 0 ? throw new IOException("once") : Task.FromResult(7),
            new RetryForeverOptions { TimeProvider = clock, Logger = log, Delay = new Backoff { Initial = 60 * day, Maximum = 60 * day } });

        await clock.TimersArmed(1).Within("first piece");
        clock.Advance(40 * day);
        await clock.TimersArmed(1).Within("second piece");
        Assert.False(run.IsCompleted);
        clock.Advance(20 * day);

        Assert.Equal(7, await run.Within("success"));
    }

    [Fact]
    public void Watchdog_TimeThatNoTimerTakes_IsRefused()
    {
        foreach (var after in new[] { TimeSpan.Zero, TimeSpan.FromDays(60) })
        {
            Says(
                () => Watchdog.Watch(new ListLogger(), "loading", new WatchdogOptions { After = after }),
                $"A watchdog of 'loading' cannot speak after {after}. Use a time above zero and up to 49 days.");
        }
    }

    [Fact]
    public async Task Wait_TimeAboveThatOfTimers_IsTaken()
    {
        Task[] ended = [Task.CompletedTask];
        foreach (var time in new[] { TimeSpan.FromDays(60), TimeSpan.MaxValue })
        {
            Assert.Empty((await Wait.AllAsync(ended, time, TimeProvider.System).Within("all")).Pending);
            Assert.Empty((await Wait.AnyAsync(ended, time, TimeProvider.System).Within("any")).Pending);
            Assert.Empty((await Wait.FirstFailureAsync(ended, time, TimeProvider.System).Within("first failure")).Pending);
            await foreach (var task in Wait.AsCompletedAsync(ended, time, TimeProvider.System))
            {
                Assert.Same(ended[0], task);
            }

            Assert.Equal(1, await WaitFor.RunAsync(_ => Task.FromResult(1), time, TimeProvider.System).Within("wait for"));
            var sent = new OneShotEvent<int>();
            sent.Send(2);
            Assert.Equal(2, await sent.WaitAsync(time, TimeProvider.System).Within("one shot"));
        }
    }

    [Fact]
    public async Task Wait_NegativeTime_IsRefused()
    {
        const string Sentence = "Nothing can be waited for -00:00:03. Use zero or more, or Timeout.InfiniteTimeSpan for as long as it takes.";
        var before = TimeSpan.FromSeconds(-3);
        Task[] ended = [Task.CompletedTask];
        Task[] refused =
        [
            Wait.AllAsync(ended, before),
            Wait.AnyAsync(ended, before),
            Wait.FirstFailureAsync(ended, before),
            new OneShotEvent<int>().WaitAsync(before),
        ];
        foreach (var wait in refused)
        {
            var error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => wait.Within("refusal"));
            Assert.StartsWith(Sentence, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task TaskScope_TimeAboveThatOfTimers_IsSleptInPieces()
    {
        var clock = new ManualClock();
        var run = TaskScope.RunAsync(
            async scope => await Task.Delay(Timeout.Infinite, scope.CancellationToken),
            new TaskScopeOptions { Name = "quarter", Timeout = TimeSpan.FromDays(100), TimeProvider = clock });

        clock.Advance(TimeSpan.FromDays(100) - TimeSpan.FromTicks(1));
        Assert.False(run.IsCompleted);
        clock.Advance(TimeSpan.FromTicks(1));

        var error = await Assert.ThrowsAsync<TaskScopeCanceledException>(() => run.Within("the scope ends"));
        Assert.Contains("its time of 100.00:00:00 has passed", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, clock.Pending);
        await TaskScope.RunAsync(_ => Task.CompletedTask, new TaskScopeOptions { Timeout = TimeSpan.FromDays(36_500) }).Within("the longest");
    }

    [Fact]
    public async Task TaskScope_TimeThatCannotBeMeant_IsRefused()
    {
        foreach (var time in new[] { TimeSpan.FromSeconds(-3), TimeSpan.MaxValue })
        {
            var error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
                () => TaskScope.RunAsync(_ => Task.CompletedTask, new TaskScopeOptions { Name = "batch", Timeout = time }).Within("refusal"));
            Assert.StartsWith(
                $"The scope 'batch' cannot have a timeout of {time}. Use a time above zero and up to 36500 days", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Time_ValuesBelowTheirRange_AreRefused()
    {
        Says(() => new TimeWatch().ElapsedUpTo(TimeSpan.FromSeconds(-1)), "The time that has passed cannot be at most -00:00:01. Use zero or more.");
        Says(() => new Backoff().Delay(0), "There is no new try number 0. Count them from 1.");
    }

    private static void Says(Func<object?> call, string sentence) =>
        Assert.StartsWith(sentence, Assert.Throws<ArgumentOutOfRangeException>(() => call()).Message, StringComparison.Ordinal);

    private static void Says(Action call, string sentence) =>
        Assert.StartsWith(sentence, Assert.Throws<ArgumentOutOfRangeException>(call).Message, StringComparison.Ordinal);
}
