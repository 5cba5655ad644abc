using Concurrency.Executors;

namespace Concurrency.Tests.Executors;

/// <summary>A pool's thread that looks for work for a short time before it sleeps. The clock counts the looks, so that no time passes.</summary>
public sealed class PoolSpinTests
{
    private static readonly TimeSpan s_perLook = TimeSpan.FromMicroseconds(10);

    [Fact]
    public async Task Spin_SignalledInTime_NeverSleeps()
    {
        var clock = new LookClock();
        await using var pool = new PoolExecutor("p", 1);
        var worker = NewWorker(pool, clock, spin: 50);
        clock.OnLook = look => Signal(worker, look == 4);

        Assert.True(worker.Sleep(Timeout.InfiniteTimeSpan));

        Assert.Equal((4, 0), (clock.Looks, worker.Sleeps));
    }

    [Fact]
    public async Task Spin_NotSignalled_EndsWithItsTimeAndSleeps()
    {
        var clock = new LookClock();
        await using var pool = new PoolExecutor("p", 1);
        var worker = NewWorker(pool, clock, spin: 50);

        Assert.False(worker.Sleep(TimeSpan.Zero));

        // The first look is the start, and the sixth is the one that finds 50 microseconds gone.
        Assert.Equal((6, 1), (clock.Looks, worker.Sleeps));
    }

    [Fact]
    public async Task Spin_OfAClockThatStandsStill_EndsAllTheSame()
    {
        var clock = new LookClock { PerLook = TimeSpan.Zero };
        await using var pool = new PoolExecutor("p", 1);
        var worker = NewWorker(pool, clock, spin: 50);

        Assert.False(worker.Sleep(TimeSpan.Zero));

        Assert.Equal(1, worker.Sleeps);
    }

    [Fact]
    public async Task Spin_ByDefault_IsOff()
    {
        var clock = new LookClock();
        await using var pool = new PoolExecutor("p", 1);
        var worker = NewWorker(pool, clock, spin: 0);

        Assert.False(worker.Sleep(TimeSpan.Zero));

        Assert.Equal((0, 1), (clock.Looks, worker.Sleeps));
        Assert.Equal(TimeSpan.Zero, new PoolExecutorOptions().SpinBeforeSleep);
    }

    [Fact]
    public void Spin_OutOfRange_IsRefused()
    {
        var tooLong = new PoolExecutorOptions { SpinBeforeSleep = TimeSpan.FromMilliseconds(1.1) };
        var negative = new PoolExecutorOptions { SpinBeforeSleep = Timeout.InfiniteTimeSpan };

        Assert.Throws<ArgumentOutOfRangeException>(() => new PoolExecutor(tooLong));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PoolExecutor(negative));
    }

    private static PoolWorker NewWorker(PoolExecutor pool, LookClock clock, int spin)
    {
        var worker = new PoolWorker(null!, pool, new PoolExecutorOptions { TimeProvider = clock, SpinBeforeSleep = TimeSpan.FromMicroseconds(spin) });
        clock.Looks = 0;
        return worker;
    }

    private static void Signal(PoolWorker worker, bool isTime)
    {
        if (isTime)
        {
            worker.Signal();
        }
    }

    private sealed class LookClock : TimeProvider
    {
        public int Looks { get; set; }

        public TimeSpan PerLook { get; init; } = s_perLook;

        public Action<int>? OnLook { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            Looks++;
            OnLook?.Invoke(Looks);
            return Looks * PerLook.Ticks;
        }
    }
}
