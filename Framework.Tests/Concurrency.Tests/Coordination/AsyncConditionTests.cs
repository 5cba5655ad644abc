using Concurrency.Coordination;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Coordination;

public sealed class AsyncConditionTests
{
    private readonly AsyncLock _mutex = new();
    private readonly AsyncConditionVariable _condition;

    public AsyncConditionTests() => _condition = new AsyncConditionVariable(_mutex);

    [Fact]
    public void AS52_Wait_LeavesTheLock_AndHoldsItAgainAfterwards()
    {
        var key = _mutex.Lock();

        var wait = _condition.WaitAsync();
        Assert.False(_mutex.IsLocked);
        Notify();

        Assert.True(wait.IsCompletedSuccessfully);
        Assert.True(_mutex.IsLocked);
        key.Dispose();
        Assert.False(_mutex.IsLocked);
    }

    [Fact]
    public void AS52_Notify_WakesInOrder()
    {
        var (keys, waits) = Begin(3);

        for (var woken = 0; woken < 3; woken++)
        {
            Notify();
            Assert.Equal(woken + 1, waits.Count(wait => wait.IsCompletedSuccessfully));
            Assert.True(waits[woken].IsCompletedSuccessfully);
            keys[woken].Dispose();
        }
    }

    [Fact]
    public void AS52_NotifyAll_LetsOneHoldTheLockAtATime()
    {
        var (keys, waits) = Begin(3);
        using (_mutex.Lock())
        {
            _condition.NotifyAll();
            Assert.DoesNotContain(waits, wait => wait.IsCompleted);
        }

        for (var woken = 0; woken < 3; woken++)
        {
            Assert.Equal(woken + 1, waits.Count(wait => wait.IsCompletedSuccessfully));
            keys[woken].Dispose();
        }

        Assert.False(_mutex.IsLocked);
    }

    [Fact]
    public void AS52_WaitCancelAfterNotify_EndsAsNotified_AndLosesNoNotification()
    {
        using var source = new CancellationTokenSource();
        var key = _mutex.Lock();
        var first = _condition.WaitAsync(source.Token);
        var second = Begin(1).Waits[0];

        var notifier = _mutex.Lock();
        _condition.Notify();
        source.Cancel();
        notifier.Dispose();

        Assert.True(first.IsCompletedSuccessfully);
        Assert.False(second.IsCompleted);
        key.Dispose();
        Notify();
        Assert.True(second.IsCompletedSuccessfully);
    }

    [Fact]
    public void AS52_WaitCancelBeforeNotify_TheNotificationGoesToTheNext()
    {
        using var source = new CancellationTokenSource();
        var key = _mutex.Lock();
        var first = _condition.WaitAsync(source.Token);
        var second = Begin(1).Waits[0];

        source.Cancel();
        Assert.True(first.IsCanceled);
        key.Dispose();
        Notify();

        Assert.True(second.IsCompletedSuccessfully);
    }

    [Fact]
    public void AS52_WaitCancelContested_EndsOnlyWhenTheLockIsHeldAgain()
    {
        using var source = new CancellationTokenSource();
        var key = _mutex.Lock();
        var wait = _condition.WaitAsync(source.Token);
        var other = _mutex.Lock();

        source.Cancel();
        Assert.False(wait.IsCompleted);
        other.Dispose();

        Assert.True(wait.IsCanceled);
        Assert.True(_mutex.IsLocked);
        key.Dispose();
        Assert.False(_mutex.IsLocked);
    }

    [Fact]
    public void AS52_TokenCancelledAlready_KeepsTheLock()
    {
        using var key = _mutex.Lock();

        Assert.True(_condition.WaitAsync(new CancellationToken(canceled: true)).IsCanceled);
        Assert.True(_mutex.IsLocked);
    }

    [Fact]
    public void AS52_Unacquired_SaysSo()
    {
        Assert.Contains("Take the lock first", Assert.Throws<SynchronizationLockException>(_condition.Notify).Message, StringComparison.Ordinal);
        Assert.Throws<SynchronizationLockException>(_condition.NotifyAll);
        Assert.Throws<SynchronizationLockException>(() => { _ = _condition.WaitAsync(); });
        Assert.False(_mutex.IsLocked);
    }

    [Fact]
    public void Dispose_WhileItsHolderWaits_ReleasesTheLockWhenTheWaitEnds()
    {
        var key = _mutex.Lock();
        var wait = _condition.WaitAsync();

        key.Dispose();
        Notify();

        Assert.True(wait.IsCompletedSuccessfully);
        Assert.False(_mutex.IsLocked);
    }

    [Fact]
    public async Task Monitor_WaitAndPulse_PassATurnToAndFro()
    {
        var monitor = new AsyncMonitor();
        var turn = 0;

        await Task.WhenAll(PlayAsync(0), PlayAsync(1)).Within("two players");
        Assert.Equal(200, turn);

        async Task PlayAsync(int mine)
        {
            await Task.Yield();
            for (var round = 0; round < 100; round++)
            {
                using (await monitor.EnterAsync())
                {
                    while (turn % 2 != mine)
                    {
                        await monitor.WaitAsync();
                    }

                    turn++;
                    monitor.PulseAll();
                }
            }
        }
    }

    private void Notify()
    {
        using (_mutex.Lock())
        {
            _condition.Notify();
        }
    }

    private (IDisposable[] Keys, Task[] Waits) Begin(int count)
    {
        var keys = new IDisposable[count];
        var waits = new Task[count];
        for (var i = 0; i < count; i++)
        {
            keys[i] = _mutex.Lock();
            waits[i] = _condition.WaitAsync();
        }

        return (keys, waits);
    }
}
