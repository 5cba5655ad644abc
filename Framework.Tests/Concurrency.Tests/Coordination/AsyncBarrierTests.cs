using Concurrency.Coordination;

namespace Concurrency.Tests.Coordination;

public sealed class AsyncBarrierTests
{
    [Fact]
    public void AS54_BadCount_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncBarrier(0));

    [Fact]
    public async Task AS54_Wait_GivesEachAnIndex_PhaseByPhase()
    {
        var barrier = new AsyncBarrier(3);
        for (var phase = 0; phase < 3; phase++)
        {
            Assert.Equal(phase, barrier.CurrentPhaseNumber);
            Task<int>[] waits = [barrier.SignalAndWaitAsync(), barrier.SignalAndWaitAsync()];
            Assert.Equal(1, barrier.ParticipantsRemaining);
            Assert.DoesNotContain(waits, wait => wait.IsCompleted);

            Assert.Equal(2, await barrier.SignalAndWaitAsync());
            Assert.True(waits.All(wait => wait.IsCompletedSuccessfully));
            int[] indices = await Task.WhenAll(waits);
            Assert.Equal([0, 1], indices);
        }
    }

    [Fact]
    public async Task AS54_OneThatRunsAhead_BelongsToTheNextPhase()
    {
        var barrier = new AsyncBarrier(2);
        var first = barrier.SignalAndWaitAsync();
        await barrier.SignalAndWaitAsync();

        var ahead = barrier.SignalAndWaitAsync();

        Assert.True(first.IsCompletedSuccessfully);
        Assert.False(ahead.IsCompleted);
    }

    [Fact]
    public async Task AS54_Cancel_TakesTheArrivalBack()
    {
        var barrier = new AsyncBarrier(2);
        using var source = new CancellationTokenSource();
        var cancelled = barrier.SignalAndWaitAsync(source.Token);

        source.Cancel();

        Assert.True(cancelled.IsCanceled);
        Assert.Equal(2, barrier.ParticipantsRemaining);
        var wait = barrier.SignalAndWaitAsync();
        Assert.False(wait.IsCompleted);
        await barrier.SignalAndWaitAsync();
        Assert.Equal(0, await wait);
    }

    [Fact]
    public async Task AS54_Reset_BreaksTheWaits_AndTheBarrierGoesOn()
    {
        var barrier = new AsyncBarrier(3);
        var wait = barrier.SignalAndWaitAsync();

        barrier.Reset();

        var error = await Assert.ThrowsAsync<BrokenBarrierException>(() => wait);
        Assert.Contains("1 of 3", error.Message, StringComparison.Ordinal);
        Assert.False(barrier.IsBroken);
        Assert.Equal(3, barrier.ParticipantsRemaining);
    }

    [Fact]
    public async Task AS54_Abort_BreaksTheBarrierUntilReset()
    {
        var barrier = new AsyncBarrier(2);
        var wait = barrier.SignalAndWaitAsync();

        barrier.Abort();

        await Assert.ThrowsAsync<BrokenBarrierException>(() => wait);
        await Assert.ThrowsAsync<BrokenBarrierException>(() => barrier.SignalAndWaitAsync());
        Assert.True(barrier.IsBroken);
        barrier.Reset();
        Assert.False(barrier.SignalAndWaitAsync().IsCompleted);
    }
}
