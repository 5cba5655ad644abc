using Concurrency.TestSupport;
using Concurrency.Time;

namespace Concurrency.Tests.Time;

public sealed class TimeWatchTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();

    [Fact]
    public void OU5_Watch_CountsWhileItRuns()
    {
        var watch = TimeWatch.StartNew(_clock);
        _clock.Advance(3 * s_second);
        Assert.Equal(3 * s_second, watch.Elapsed);
        Assert.Equal(3 * s_second, watch.Stop());
        _clock.Advance(s_second);
        Assert.Equal(3 * s_second, watch.Stop());

        watch.Resume();
        _clock.Advance(s_second);
        Assert.Equal((4 * s_second, true, true), (watch.Elapsed, watch.IsRunning, watch.HasStarted));
        watch.Start();
        Assert.Equal(4 * s_second, watch.Elapsed);

        watch.Restart();
        Assert.Equal(TimeSpan.Zero, watch.Elapsed);
    }

    [Fact]
    public void OU5_Limit_HasALeftoverUntilItExpires()
    {
        var watch = TimeWatch.StartNew(_clock, 2 * s_second);
        _clock.Advance(s_second);
        Assert.Equal((s_second, false), (watch.Leftover, watch.IsExpired));

        _clock.Advance(s_second);
        Assert.False(watch.IsExpired);
        _clock.Advance(TimeSpan.FromTicks(1));

        Assert.Equal((TimeSpan.Zero, true), (watch.Leftover, watch.IsExpired));
        Assert.Equal(s_second, watch.ElapsedUpTo(s_second));
        Assert.Equal(watch.Elapsed, watch.ElapsedUpTo(10 * s_second));
        var endless = TimeWatch.StartNew(_clock);
        _clock.Advance(TimeSpan.FromDays(1000));
        Assert.Equal((Timeout.InfiniteTimeSpan, false), (endless.Leftover, endless.IsExpired));
    }

    [Fact]
    public void OU5_Splits_AreRemembered()
    {
        var watch = TimeWatch.StartNew(_clock);
        _clock.Advance(s_second);
        watch.Split();
        _clock.Advance(s_second);
        Assert.Equal(2 * s_second, watch.Split());

        Assert.Equal([s_second, 2 * s_second], watch.Splits);
        watch.Restart();
        Assert.Empty(watch.Splits);
    }

    [Fact]
    public void OU5_Misuse_IsRefused()
    {
        var watch = new TimeWatch(_clock);

        Assert.Throws<InvalidOperationException>(() => watch.Stop());
        Assert.Throws<InvalidOperationException>(watch.Resume);
        Assert.Throws<InvalidOperationException>(() => watch.Split());
        watch.Start();
        Assert.Throws<InvalidOperationException>(watch.Resume);
        watch.Stop();
        Assert.Throws<InvalidOperationException>(() => watch.Split());
        Assert.Throws<ArgumentOutOfRangeException>(() => new TimeWatch(_clock, -2 * s_second));
        Assert.Throws<ArgumentOutOfRangeException>(() => watch.ElapsedUpTo(-s_second));
    }
}
