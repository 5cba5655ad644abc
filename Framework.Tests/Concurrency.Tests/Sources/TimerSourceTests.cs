using System.Diagnostics.Metrics;
using Concurrency.Diagnostics;
using Concurrency.Executors;
using Concurrency.Sources;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Sources;

public sealed class TimerSourceTests
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Ticks_EachPeriod_ComeInOrderAndAreNumbered()
    {
        var clock = new ManualClock();
        await using var executor = new DedicatedThreadExecutor("timer");
        await using var source = new TimerSource(new TimerSourceOptions(s_period) { TimeProvider = clock });
        await source.StartAsync(executor);
        await clock.TimersArmed(1).Within("the timer is armed");

        for (var number = 1; number <= 3; number++)
        {
            clock.Advance(s_period);
            var tick = await source.Events.ReadAsync().AsTask().Within($"tick {number}");
            Assert.Equal((number, 1), (tick.Number, tick.Count));
        }
    }

    [Fact]
    public async Task Merge_SlowReader_SeesOneTickForAllThatWereMissed()
    {
        var clock = new ManualClock();
        await using var executor = new DedicatedThreadExecutor("timer");
        await using var source = new TimerSource(new TimerSourceOptions(s_period) { TimeProvider = clock });
        await source.StartAsync(executor);
        await clock.TimersArmed(1).Within("the timer is armed");

        clock.Jump(5 * s_period);
        var tick = await source.Events.ReadAsync().AsTask().Within("the merged tick");

        Assert.Equal((5, 5), (tick.Number, tick.Count));
        var statistics = source.Statistics;
        Assert.Equal((5, 4, 1), (statistics.Observed, statistics.Coalesced, statistics.Published));
    }

    [Fact]
    public async Task CatchUp_SlowReader_GetsEachTick()
    {
        var clock = new ManualClock();
        await using var executor = new DedicatedThreadExecutor("timer");
        await using var source = new TimerSource(new TimerSourceOptions(s_period)
        {
            TimeProvider = clock,
            MissedTicks = MissedTickPolicy.CatchUp,
            Capacity = 2,
        });
        await source.StartAsync(executor);
        await clock.TimersArmed(1).Within("the timer is armed");

        clock.Jump(5 * s_period);
        for (var number = 1; number <= 5; number++)
        {
            var tick = await source.Events.ReadAsync().AsTask().Within($"tick {number}");
            Assert.Equal((number, 1), (tick.Number, tick.Count));
        }
    }

    [Fact]
    public async Task Skip_SlowReader_MissesTicksAndStaysOnTheGrid()
    {
        var clock = new ManualClock();
        await using var executor = new DedicatedThreadExecutor("timer");
        await using var source = new TimerSource(new TimerSourceOptions(s_period)
        {
            TimeProvider = clock,
            MissedTicks = MissedTickPolicy.Skip,
        });
        await source.StartAsync(executor);
        await clock.TimersArmed(1).Within("the timer is armed");

        clock.Jump(5 * s_period);
        var tick = await source.Events.ReadAsync().AsTask().Within("the tick after the gap");

        Assert.Equal((5, 1), (tick.Number, tick.Count));
        Assert.Equal((5, 4, 1), (source.Statistics.Observed, source.Statistics.Coalesced, source.Statistics.Published));
    }

    [Fact]
    public async Task StopAsync_TickWaits_ItIsStillReadAndTheEventsComplete()
    {
        var clock = new ManualClock();
        await using var executor = new DedicatedThreadExecutor("timer");
        await using var source = new TimerSource(new TimerSourceOptions(s_period) { TimeProvider = clock });
        await source.StartAsync(executor);
        await clock.TimersArmed(1).Within("the timer is armed");
        clock.Advance(s_period);
        Assert.True(await source.Events.WaitToReadAsync().AsTask().Within("a tick waits"));

        await source.StopAsync();

        Assert.True(source.Events.TryRead(out _));
        await source.Events.Completion.Within("the events complete");
    }

    [Fact]
    public async Task DisposeAsync_TickWaits_ItIsCountedAsUndelivered()
    {
        var clock = new ManualClock();
        await using var executor = new DedicatedThreadExecutor("timer");
        var source = new TimerSource(new TimerSourceOptions(s_period) { TimeProvider = clock });
        await source.StartAsync(executor);
        await clock.TimersArmed(1).Within("the timer is armed");
        clock.Advance(s_period);
        Assert.True(await source.Events.WaitToReadAsync().AsTask().Within("a tick waits"));

        await source.DisposeAsync().AsTask().Within("the source is disposed");
        await source.DisposeAsync().AsTask().Within("the source is disposed again");

        Assert.Equal((1, 1), (source.Statistics.Published, source.Statistics.Undelivered));
    }

    [Fact]
    public async Task StartAsync_Twice_IsRefused()
    {
        await using var executor = new DedicatedThreadExecutor("timer");
        await using var source = new TimerSource(s_period);
        await source.StartAsync(executor);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(async () => await source.StartAsync(executor));

        Assert.Contains("started before", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StartAsync_AfterTheEnd_IsRefused(bool disposed)
    {
        await using var executor = new DedicatedThreadExecutor("timer");
        await using var source = new TimerSource(s_period);
        await (disposed ? source.DisposeAsync().AsTask() : source.StopAsync().AsTask()).Within("ending");

        var refused = await Assert.ThrowsAnyAsync<InvalidOperationException>(async () => await source.StartAsync(executor));

        Assert.Equal(disposed, refused is ObjectDisposedException);
        Assert.Contains("Make a new one", refused.Message, StringComparison.Ordinal);
        await source.Events.Completion.Within("the events complete");
    }

    [Fact]
    public async Task StartAsync_OnADisposedExecutor_IsRefusedAndTheReaderToldSo()
    {
        var executor = new DedicatedThreadExecutor("timer");
        await executor.DisposeAsync();
        await using var source = new TimerSource(s_period);

        await Assert.ThrowsAnyAsync<InvalidOperationException>(async () => await source.StartAsync(executor));

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => source.Events.Completion.Within("the events complete"));
    }

    [Fact]
    public async Task Events_OfASourceWhoseExecutorWasDisposed_EndWithAnErrorThatNamesBoth()
    {
        var executor = new DedicatedThreadExecutor("loop of the timer");
        await using var source = new TimerSource(new TimerSourceOptions(s_period) { Name = "cleaning" });
        await source.StartAsync(executor);
        await executor.RunAsync(static _ => Task.CompletedTask, CancellationToken.None);

        await executor.DisposeAsync();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => source.Events.Completion.Within("the events complete"));
        Assert.Contains("'cleaning' ended because its executor 'loop of the timer'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_WithACancelledToken_CanBeRepeated()
    {
        await using var executor = new DedicatedThreadExecutor("timer");
        await using var source = new TimerSource(s_period);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await source.StartAsync(executor, new CancellationToken(canceled: true)));
        await source.StartAsync(executor);
    }

    [Theory]
    [InlineData(MissedTickPolicy.Merge)]
    [InlineData(MissedTickPolicy.CatchUp)]
    [InlineData(MissedTickPolicy.Skip)]
    public async Task Name_OfTheOptions_IsThatOfItsMeter(MissedTickPolicy missed)
    {
        var name = $"ticks {Guid.NewGuid()}";
        await using var source = new TimerSource(new TimerSourceOptions(s_period) { Name = name, MissedTicks = missed });
        var measured = false;
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, self) =>
            {
                if (instrument.Meter.Name == ConcurrencyTelemetry.Name)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            foreach (var (_, value) in tags)
            {
                measured |= Equals(value, name);
            }
        });
        listener.Start();

        listener.RecordObservableInstruments();

        Assert.True(measured);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(4294967295)]
    public void Constructor_PeriodOutOfRange_IsRefused(long milliseconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TimerSource(TimeSpan.FromMilliseconds(milliseconds)));
}
