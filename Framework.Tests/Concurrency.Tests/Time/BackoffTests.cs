using Concurrency.Time;

namespace Concurrency.Tests.Time;

public sealed class BackoffTests
{
    [Fact]
    public void Delay_EachAttempt_GrowsByTheFactorUpToTheMaximum()
    {
        var backoff = new Backoff { Initial = TimeSpan.FromSeconds(1), Factor = 3, Maximum = TimeSpan.FromSeconds(10) };

        Assert.Equal([1, 3, 9, 10, 10], Enumerable.Range(1, 5).Select(a => (int)backoff.Delay(a).TotalSeconds));
    }

    [Fact]
    public void Delay_ManyAttempts_DoesNotOverflow() =>
        Assert.Equal(TimeSpan.FromSeconds(30), new Backoff().Delay(int.MaxValue));

    [Fact]
    public void Delay_AttemptZero_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Backoff().Delay(0));

    [Theory]
    [InlineData(0.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Factor_OutOfRange_IsRefused(double factor) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Backoff { Factor = factor });
}
