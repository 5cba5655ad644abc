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
