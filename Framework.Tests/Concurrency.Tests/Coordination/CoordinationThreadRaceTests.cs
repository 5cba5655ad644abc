using Concurrency.Coordination;
using Concurrency.Tests.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Coordination;

/// <summary>The same on real threads, for what one thread cannot show: the moments between the gate, the token and the task.</summary>
[Collection(RunsAlone.Name)]
public sealed class CoordinationThreadRaceTests : IClassFixture<MachineLock>
{
    private const int Rounds = 20_000;

    [Fact]
    public Task Lock_CancelledAsItIsGranted_ExcludesAndLosesNobody()
    {
        var mutex = new AsyncLock();
        return RaceAsync(async token => await mutex.LockAsync(token), () => Assert.False(mutex.IsLocked));
    }

    [Fact]
    public Task Semaphore_CancelledAsItIsGranted_KeepsItsSlot()
    {
        var semaphore = new AsyncSemaphore(1, 1);
        return RaceAsync(async token => await semaphore.LockAsync(token), () => Assert.Equal(1, semaphore.CurrentCount));
    }

    [Fact]
    public Task ReaderWriterLock_CancelledAsItIsGranted_KeepsWritersAlone()
    {
        var mutex = new AsyncReaderWriterLock();
        return RaceAsync(
            async token => await mutex.WriterLockAsync(token),
            () => mutex.WriterLock(new CancellationToken(canceled: true)).Dispose());
    }

    [Fact]
    public async Task Monitor_CancelledAsItIsNotified_HoldsItselfAgainEachTime()
    {
        var monitor = new AsyncMonitor();
        var inside = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => OnThreadAsync(async () =>
        {
            for (var round = 0; round < Rounds / 10; round++)
            {
                using var source = new CancellationTokenSource();
                using (await monitor.EnterAsync())
                {
                    ThreadPool.UnsafeQueueUserWorkItem(static source => Cancel(source), source, preferLocal: false);
                    try
                    {
                        await monitor.WaitAsync(source.Token);
                    }
                    catch (OperationCanceledException)
                    {
                        // The monitor was entered again all the same.
                    }

                    Assert.Equal(1, ++inside);
                    monitor.Pulse();
                    inside--;
                }
            }
        }))).Within("workers");
    }

    private static async Task RaceAsync(Func<CancellationToken, Task<IDisposable>> takeAsync, Action check)
    {
        var inside = 0;
        var taken = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => OnThreadAsync(async () =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                using var source = new CancellationTokenSource();
                if ((round + worker) % 2 == 0)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(static source => Cancel(source), source, preferLocal: false);
                }

                try
                {
                    using (await takeAsync(source.Token))
                    {
                        Assert.Equal(1, ++inside);
                        taken++;
                        inside--;
                    }
                }
                catch (OperationCanceledException)
                {
                    // It took nothing, and the check holds us to that.
                }
            }
        }))).Within("workers");
        Assert.True(taken >= 2 * Rounds);
        check();
    }

    private static async Task OnThreadAsync(Func<Task> workAsync)
    {
        await Task.Yield();
        await workAsync();
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The wait has ended before.
        }
    }
}
