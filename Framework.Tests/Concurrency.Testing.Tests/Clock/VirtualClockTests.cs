using System.Reactive.Linq;
using Concurrency.Testing.Clock;

namespace Concurrency.Testing.Tests.Clock;

public sealed class VirtualClockTests
{
    private readonly VirtualClock _clock = new();

    [Fact]
    public void AdvanceBy_OverManyTimers_FiresEachAtItsOwnTime()
    {
        var seen = new List<(int Timer, TimeSpan At)>();
        foreach (var seconds in new[] { 3, 1, 2, 1 })
        {
            _ = _clock.CreateTimer(_ => seen.Add((seconds, _clock.Elapsed)), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
        }

        _clock.AdvanceBy(TimeSpan.FromMinutes(1));

        Assert.Equal([(1, Seconds(1)), (1, Seconds(1)), (2, Seconds(2)), (3, Seconds(3))], seen);
        Assert.Equal(Seconds(60), _clock.Elapsed);
        Assert.Equal(0, _clock.PendingTimers);
    }

    [Fact]
    public void AdvanceBy_TimerThatArmsItselfAgain_MissesNoTick()
    {
        var ticks = new List<TimeSpan>();
        ITimer? timer = null;
        timer = _clock.CreateTimer(
            _ =>
            {
                ticks.Add(_clock.Elapsed);
                timer!.Change(Seconds(1), Timeout.InfiniteTimeSpan);
            },
            null,
            Seconds(1),
            Timeout.InfiniteTimeSpan);

        _clock.AdvanceBy(Seconds(5));

        Assert.Equal(Enumerable.Range(1, 5).Select(second => Seconds(second)), ticks);
    }

    [Fact]
    public void PeriodicTimer_OverALargeStep_TicksOncePerPeriod()
    {
        var ticks = 0;
        using var timer = _clock.CreateTimer(_ => ticks++, null, Seconds(1), Seconds(1));

        _clock.AdvanceBy(Seconds(100));

        Assert.Equal(100, ticks);
        Assert.Equal(Seconds(101), _clock.NextDue);
    }

    [Fact]
    public void Timer_DisposedByAnEarlierOne_DoesNotFire()
    {
        var fired = false;
        var second = _clock.CreateTimer(_ => fired = true, null, Seconds(2), Timeout.InfiniteTimeSpan);
        _ = _clock.CreateTimer(_ => second.Dispose(), null, Seconds(1), Timeout.InfiniteTimeSpan);

        _clock.AdvanceBy(Seconds(3));

        Assert.False(fired);
        Assert.False(second.Change(Seconds(1), Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void Timer_ChangedToNever_DoesNotFireUntilChangedAgain()
    {
        var fired = 0;
        using var timer = _clock.CreateTimer(_ => fired++, null, Seconds(1), Timeout.InfiniteTimeSpan);
        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        _clock.AdvanceBy(Seconds(5));
        Assert.Equal(0, fired);

        timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        _clock.AdvanceBy(TimeSpan.Zero);
        Assert.Equal(1, fired);
    }

    [Fact]
    public void AdvanceTo_AMomentThatHasPassed_IsRefused()
    {
        _clock.AdvanceBy(Seconds(10));

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => _clock.AdvanceTo(Seconds(9)));

        Assert.Contains("00:00:10", error.Message, StringComparison.Ordinal);
        Assert.Contains("Jump", error.Message, StringComparison.Ordinal);
        Assert.Equal(Seconds(10), _clock.Elapsed);
    }

    [Fact]
    public void AdvanceBy_FromACallback_IsRefused()
    {
        Exception? error = null;
        _ = _clock.CreateTimer(_ => error = Record.Exception(() => _clock.AdvanceBy(Seconds(1))), null, Seconds(1), Timeout.InfiniteTimeSpan);

        _clock.AdvanceBy(Seconds(1));

        Assert.IsType<InvalidOperationException>(error);
    }

    [Theory]
    [InlineData(-2, -1)]
    [InlineData(1, -2)]
    public void CreateTimer_WithATimeThatCannotBe_IsRefused(int due, int period) => Assert.Throws<ArgumentOutOfRangeException>(
        () => _clock.CreateTimer(_ => { }, null, TimeSpan.FromMilliseconds(due), TimeSpan.FromMilliseconds(period)));

    [Fact]
    public void RunUntilIdle_WithTimersThatMakeTimers_GoesToTheEnd()
    {
        var depth = 0;
        void Next(object? state)
        {
            if (++depth < 10)
            {
                _ = _clock.CreateTimer(Next, null, Seconds(depth), Timeout.InfiniteTimeSpan);
            }
        }

        Next(null);

        Assert.True(_clock.RunUntilIdle(Seconds(1000)));
        Assert.Equal(10, depth);
        Assert.Equal(Seconds(45), _clock.Elapsed);
    }

    [Fact]
    public void RunUntilIdle_WithAPeriodicTimer_StopsAtTheLimit()
    {
        using var timer = _clock.CreateTimer(_ => { }, null, Seconds(1), Seconds(1));

        Assert.False(_clock.RunUntilIdle(Seconds(10)));
        Assert.Equal(Seconds(10), _clock.Elapsed);
    }

    [Fact]
    public void Jump_MovesTheShownTimeOnly()
    {
        var start = _clock.GetUtcNow();
        var timestamp = _clock.GetTimestamp();
        var fired = false;
        using var timer = _clock.CreateTimer(_ => fired = true, null, Seconds(1), Timeout.InfiniteTimeSpan);

        _clock.Jump(TimeSpan.FromHours(-2));

        Assert.Equal(start - TimeSpan.FromHours(2), _clock.GetUtcNow());
        Assert.Equal(timestamp, _clock.GetTimestamp());
        Assert.False(fired);
        _clock.AdvanceBy(Seconds(1));
        Assert.True(fired);
    }

    [Fact]
    public void NodeClock_ThatGoesFast_FiresEarlyAndShowsMore()
    {
        var node = _clock.CreateNode(rate: 2, ahead: Seconds(30));
        TimeSpan? fired = null;
        using var timer = node.CreateTimer(_ => fired = _clock.Elapsed, null, Seconds(10), Timeout.InfiniteTimeSpan);
        var stamp = node.GetTimestamp();

        _clock.AdvanceBy(Seconds(8));

        Assert.Equal(Seconds(5), fired);
        Assert.Equal(Seconds(16), node.GetElapsedTime(stamp));
        Assert.Equal(_clock.GetUtcNow() + Seconds(8 + 30), node.GetUtcNow());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(double.NaN)]
    public void CreateNode_WithARateThatCannotBe_IsRefused(double rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.CreateNode(rate));

    [Fact]
    public void Scheduler_SharesTheTimersWithRx()
    {
        var seen = new List<(long Value, TimeSpan At)>();
        using var subscription = Observable.Interval(Seconds(2), _clock.Scheduler).Take(3).Subscribe(value => seen.Add((value, _clock.Elapsed)));
        using var timer = _clock.CreateTimer(_ => seen.Add((-1, _clock.Elapsed)), null, Seconds(3), Timeout.InfiniteTimeSpan);

        _clock.AdvanceBy(Seconds(10));

        Assert.Equal([(0, Seconds(2)), (-1, Seconds(3)), (1, Seconds(4)), (2, Seconds(6))], seen);
    }

    [Fact]
    public void AsyncLocal_OfTheCreator_IsSeenByTheCallback()
    {
        var local = new AsyncLocal<int> { Value = 7 };
        var seen = 0;
        using var timer = _clock.CreateTimer(_ => seen = local.Value, null, Seconds(1), Timeout.InfiniteTimeSpan);
        local.Value = 8;

        _clock.AdvanceBy(Seconds(1));

        Assert.Equal(7, seen);
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
