using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Coordination;

public sealed class AsyncLockTests
{
    [Fact]
    public void AS50_Release_WithoutWaiters_FreesTheLock()
    {
        var mutex = new AsyncLock();

        using (mutex.Lock())
        {
            Assert.True(mutex.IsLocked);
        }

        Assert.False(mutex.IsLocked);
    }

    [Fact]
    public void AS50_ReleaseWithoutAcquire_ASecondDispose_DoesNotReleaseTheNextHolder()
    {
        var mutex = new AsyncLock();
        var first = mutex.Lock();
        var second = mutex.LockAsync().AsTask();

        first.Dispose();
        first.Dispose();

        Assert.True(second.IsCompletedSuccessfully);
        Assert.True(mutex.IsLocked);
        Assert.False(mutex.LockAsync().AsTask().IsCompleted);
    }

    [Fact]
    public async Task AS50_CancelRace_CancelledBetweenReleaseAndResumption_StillOwnsTheLock()
    {
        // asyncio passes the lock on; here who was granted it has it, so nothing is lost either way.
        var mutex = new AsyncLock();
        using var source = new CancellationTokenSource();
        var held = mutex.Lock();
        var first = mutex.LockAsync(source.Token).AsTask();
        var second = mutex.LockAsync().AsTask();

        held.Dispose();
        source.Cancel();

        Assert.True(first.IsCompletedSuccessfully);
        Assert.False(second.IsCompleted);
        (await first).Dispose();
        Assert.True(second.IsCompletedSuccessfully);
    }

    [Fact]
    public void AS50_CancelReleaseRace_ACancelledWaiterIsSkipped_AndOneHolds()
    {
        var mutex = new AsyncLock();
        using var source = new CancellationTokenSource();
        var held = mutex.Lock();
        var second = mutex.LockAsync(source.Token).AsTask();
        var third = mutex.LockAsync().AsTask();
        var fourth = mutex.LockAsync().AsTask();

        source.Cancel();
        held.Dispose();

        Assert.True(second.IsCanceled);
        Assert.True(third.IsCompletedSuccessfully);
        Assert.False(fourth.IsCompleted);
    }

    [Fact]
    public void AS50_TokenCancelledAlready_TakesAFreeLock()
    {
        var mutex = new AsyncLock();

        using (mutex.Lock(new CancellationToken(canceled: true)))
        {
            Assert.Throws<TaskCanceledException>(() => mutex.Lock(new CancellationToken(canceled: true)));
        }
    }

    [Fact]
    public async Task LockAsync_ConfigureAwaitFalse_ComesBackToTheExecutor()
    {
        await using var executor = new CooperativeExecutor("loop");
        var mutex = new AsyncLock();
        var held = mutex.Lock();
        var waiting = new TaskCompletionSource();

        var work = executor.RunAsync(async cancellationToken =>
        {
            var wait = mutex.LockAsync(cancellationToken);
            waiting.SetResult();
            using (await wait.ConfigureAwait(false))
            {
                return Executor.Current;
            }
        });
        await waiting.Task.Within("begin");
        held.Dispose();

        Assert.Same(executor, await work.Within("resumption"));
    }

    [Fact]
    public async Task LockAsync_AwaitedAndConverted_GivesOneKey()
    {
        var mutex = new AsyncLock();
        var held = mutex.Lock();
        var wait = mutex.LockAsync();
        Task<IDisposable> converted = wait;
        held.Dispose();

        Assert.Same(await wait, await converted);
        Assert.Same(await wait, await wait.AsTask());
    }

    [Fact]
    public async Task Lock_FromABlockedThread_IsWokenWithoutTheThreadPool()
    {
        var mutex = new AsyncLock();
        var held = mutex.Lock();
        var began = new TaskCompletionSource();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            began.SetResult();
            using (mutex.Lock())
            {
                ended.SetResult();
            }
        });
        thread.Start();
        await began.Task.Within("thread");

        held.Dispose();

        await ended.Task.Within("lock");
        thread.Join();
        Assert.False(mutex.IsLocked);
    }

    [Fact]
    public void EV54_Id_DiffersFromLockToLock()
    {
        var first = new AsyncLock();
        var second = new AsyncLock();

        Assert.Equal(first.Id, first.Id);
        Assert.NotEqual(0, first.Id);
        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public void LockAsync_Uncontended_AllocatesOneKey()
    {
        var mutex = new AsyncLock();
        for (var i = 0; i < 100; i++)
        {
            TakeAndRelease(mutex);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            TakeAndRelease(mutex);
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 1000, 1, 40);

        static void TakeAndRelease(AsyncLock mutex) => mutex.LockAsync().GetAwaiter().GetResult().Dispose();
    }
}
