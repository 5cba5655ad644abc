using Concurrency.TestSupport;
using Concurrency.Time;

namespace Concurrency.Tests.Time;

public sealed class DeadlineTests
{
    [Fact]
    public void Remaining_TimePasses_ShrinksToZeroAndStaysThere()
    {
        var clock = new ManualClock();
        var deadline = Deadline.After(TimeSpan.FromSeconds(3), clock);

        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(1), deadline.Remaining);
        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(TimeSpan.Zero, deadline.Remaining);
        Assert.True(deadline.HasPassed);
    }

    [Fact]
    public void Remaining_Infinite_NeverPasses()
    {
        var clock = new ManualClock();
        var deadline = Deadline.After(Timeout.InfiniteTimeSpan, clock);

        clock.Advance(TimeSpan.FromDays(1000));

        Assert.Equal(Timeout.InfiniteTimeSpan, deadline.Remaining);
        Assert.False(deadline.HasPassed);
    }

    [Fact]
    public void After_NegativeLimit_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Deadline.After(TimeSpan.FromSeconds(-2), new ManualClock()));
}
