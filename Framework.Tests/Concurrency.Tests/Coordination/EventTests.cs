using Concurrency.Coordination;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Coordination;

public sealed class EventTests
{
    [Fact]
    public void AS51_SetClearIsSet_SayWhatIs()
    {
        var signal = new AsyncManualResetEvent();
        Assert.False(signal.IsSet);

        signal.Set();
        signal.Set();
        Assert.True(signal.IsSet);
        Assert.True(signal.WaitAsync(new CancellationToken(canceled: true)).IsCompletedSuccessfully);

        signal.Reset();
        Assert.False(signal.WaitAsync().IsCompleted);
    }

    [Fact]
    public void AS51_OU4_SetThenReset_WakesWhoWaited()
    {
        var signal = new AsyncManualResetEvent();
        var wait = signal.WaitAsync();

        signal.Set();
        signal.Reset();

        Assert.True(wait.IsCompletedSuccessfully);
        Assert.False(signal.WaitAsync().IsCompleted);
    }

    [Fact]
    public void AutoReset_TwoSignals_AreOne()
    {
        var signal = new AsyncAutoResetEvent();

        signal.Set();
        signal.Set();

        Assert.True(signal.WaitAsync(new CancellationToken(canceled: true)).IsCompletedSuccessfully);
        Assert.False(signal.IsSet);
        Assert.False(signal.WaitAsync().IsCompleted);
    }

    [Fact]
    public void Countdown_PastZero_WakesWhoWaits()
    {
        var countdown = new AsyncCountdownEvent(2);
        var wait = countdown.WaitAsync();

        countdown.Signal(3);

        Assert.True(wait.IsCompletedSuccessfully);
        Assert.Equal(-1, countdown.CurrentCount);
        Assert.False(countdown.WaitAsync().IsCompleted);
    }

    [Fact]
    public void Countdown_Overflow_IsRefusedAndChangesNothing()
    {
        var countdown = new AsyncCountdownEvent(long.MaxValue);
        Assert.Throws<OverflowException>(countdown.AddCount);
        Assert.Throws<OverflowException>(() => countdown.Signal(long.MinValue));
        Assert.Equal(long.MaxValue, countdown.CurrentCount);
    }

    [Fact]
    public async Task EV45_Send_WakesAllWithTheValue_Once()
    {
        var sent = new OneShotEvent<int>();
        Task<int>[] waits = [sent.WaitAsync(), sent.WaitAsync()];

        sent.Send(7);

        int[] received = await Task.WhenAll(waits);
        Assert.Equal([7, 7], received);
        Assert.Equal(7, await sent.WaitAsync(new CancellationToken(canceled: true)));
        var error = Assert.Throws<InvalidOperationException>(() => sent.Send(8));
        Assert.Contains("has a value already", error.Message, StringComparison.Ordinal);
        Assert.False(sent.TrySend(8));
        Assert.False(sent.TrySendException(new FormatException()));
        Assert.Equal(7, sent.Wait());
    }

    [Fact]
    public async Task EV45_SendException_IsThrownByEachWait()
    {
        var sent = new OneShotEvent<int>();
        var wait = sent.WaitAsync();

        sent.SendException(new FormatException("bad"));

        Assert.Equal("bad", (await Assert.ThrowsAsync<FormatException>(() => wait)).Message);
        await Assert.ThrowsAsync<FormatException>(() => sent.WaitAsync());
        Assert.Throws<InvalidOperationException>(() => sent.SendException(new FormatException()));
    }

    [Fact]
    public void EV45_Reset_OnlyAfterASend()
    {
        var sent = new OneShotEvent<int>();
        Assert.Throws<InvalidOperationException>(sent.Reset);

        sent.Send(1);
        sent.Reset();

        Assert.False(sent.IsReady);
        sent.Send(2);
        Assert.True(sent.TryGetResult(out var value));
        Assert.Equal(2, value);
    }

    [Fact]
    public async Task EV46_WaitWithTimeout_ThrowsInsteadOfReturningNull()
    {
        var clock = new ManualClock();
        var sent = new OneShotEvent<string?>();
        var wait = sent.WaitAsync(TimeSpan.FromSeconds(1), clock);

        clock.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<TimeoutException>(() => wait).Within("timeout");
        sent.Send(null);
        Assert.Null(await sent.WaitAsync(TimeSpan.FromSeconds(1), clock));
    }

    [Fact]
    public void EV47_Poll_TellsWhatWasSent()
    {
        var sent = new OneShotEvent<int>();
        Assert.Equal((false, false, false), (sent.IsReady, sent.HasResult, sent.HasException));
        Assert.False(sent.TryGetResult(out _));
        Assert.False(sent.TryGetException(out _));

        sent.SendException(new FormatException());

        Assert.Equal((true, false, true), (sent.IsReady, sent.HasResult, sent.HasException));
        Assert.False(sent.TryGetResult(out _));
        Assert.True(sent.TryGetException(out var error));
        Assert.IsType<FormatException>(error);
    }
}
