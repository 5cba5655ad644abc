using Concurrency.Coordination;

namespace Concurrency.Tests.Coordination;

public sealed class SemaphoreTests
{
    private static readonly CancellationToken s_now = new(canceled: true);

    [Fact]
    public void EV50_BadCount_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncSemaphore(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncSemaphore(2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncSemaphore(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncSemaphore(0).Release(-1));
    }

    [Fact]
    public void EV50_NonBlocking_TakesWhatIsThere()
    {
        var semaphore = new AsyncSemaphore(1);

        Assert.True(semaphore.TryWait());
        Assert.False(semaphore.TryWait());
        Assert.True(semaphore.WaitAsync(s_now).IsCanceled);
    }

    [Fact]
    public void EV51_LockedAndBalance_CountSlotsAndDemand()
    {
        var semaphore = new AsyncSemaphore(2, 5);
        Assert.Equal((false, 2, 5), (semaphore.IsLocked, semaphore.Balance, semaphore.MaximumCount));

        var waits = Enumerable.Range(0, 5).Select(_ => semaphore.WaitAsync()).ToArray();

        Assert.Equal((true, -3, 0), (semaphore.IsLocked, semaphore.Balance, semaphore.CurrentCount));
        semaphore.Release(4);
        Assert.Equal((false, 1, 1), (semaphore.IsLocked, semaphore.Balance, semaphore.CurrentCount));
        Assert.All(waits, wait => Assert.True(wait.IsCompletedSuccessfully));
    }

    [Fact]
    public void EV52_OverRelease_IsRefusedAndChangesNothing()
    {
        var semaphore = new AsyncSemaphore(1, 2);

        var error = Assert.Throws<SemaphoreFullException>(() => semaphore.Release(2));

        Assert.Contains("1 free slots and allows 2", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, semaphore.CurrentCount);
        semaphore.Release();
        Assert.Throws<SemaphoreFullException>(semaphore.Release);
    }

    [Fact]
    public void EV52_ReleaseOfMoreThanTheMaximum_ToWaiters_IsNoOverRelease()
    {
        var semaphore = new AsyncSemaphore(0, 1);
        var waits = Enumerable.Range(0, 3).Select(_ => semaphore.WaitAsync()).ToArray();

        semaphore.Release(4);

        Assert.All(waits, wait => Assert.True(wait.IsCompletedSuccessfully));
        Assert.Equal(1, semaphore.CurrentCount);
    }

    [Fact]
    public void AS53_AcquireFifoOrder_NobodyOvertakes()
    {
        var semaphore = new AsyncSemaphore(1);
        Assert.True(semaphore.TryWait());
        var waiting = semaphore.WaitAsync();

        semaphore.Release();

        Assert.False(semaphore.TryWait());
        Assert.True(waiting.IsCompletedSuccessfully);
    }

    [Fact]
    public void EV50_Key_ReleasesOnce()
    {
        var semaphore = new AsyncSemaphore(1);
        var key = semaphore.Lock();

        key.Dispose();
        key.Dispose();

        Assert.Equal(1, semaphore.CurrentCount);
    }

    [Fact]
    public void EV53_BadNumbers_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CappedSemaphore(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CappedSemaphore(0, -1));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new CappedSemaphore(3, 2));
        Assert.Contains("3 free slots and a limit of 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EV53_Release_AtTheLimit_WaitsForRoom()
    {
        var semaphore = new CappedSemaphore(1, 2);
        Assert.True(semaphore.TryRelease());
        Assert.False(semaphore.TryRelease());

        var release = semaphore.ReleaseAsync();
        Assert.False(release.IsCompleted);
        Assert.Equal((2, 3), (semaphore.CurrentCount, semaphore.Balance));
        Assert.True(semaphore.TryWait());

        Assert.True(release.IsCompletedSuccessfully);
        Assert.Equal((2, 2), (semaphore.CurrentCount, semaphore.Balance));
    }

    [Fact]
    public void EV53_LimitOfZero_EachReleaseMeetsAWait()
    {
        var semaphore = new CappedSemaphore(0, 0);
        Assert.False(semaphore.TryRelease());

        var wait = semaphore.WaitAsync();
        Assert.Equal(-1, semaphore.Balance);
        Assert.True(semaphore.TryRelease());
        Assert.True(wait.IsCompletedSuccessfully);

        var release = semaphore.ReleaseAsync();
        Assert.Equal(1, semaphore.Balance);
        Assert.True(semaphore.TryWait());
        Assert.True(release.IsCompletedSuccessfully);
        Assert.Equal(0, semaphore.CurrentCount);
    }
}
