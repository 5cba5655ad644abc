using Concurrency.Coordination;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Coordination;

/// <summary>Thousands of orders of taking, cancelling and releasing: nobody is forgotten, and nobody holds what another holds.</summary>
public sealed class CoordinationRaceTests
{
    [Fact]
    public void AS50_Lock_RandomUse_IsHeldByOneAndLostByNobody() => Explore.Seeds(1500, async executor =>
    {
        var run = new Run(executor);
        var mutex = new AsyncLock();
        var inside = 0;
        var taken = 0;
        var cancelled = 0;

        await run.WorkersAsync(5, 6, async token =>
        {
            try
            {
                using (await mutex.LockAsync(token))
                {
                    taken++;
                    Assert.Equal(1, ++inside);
                    await run.PauseAsync(2);
                    inside--;
                }
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
        });

        Assert.Equal(30, taken + cancelled);
        Assert.False(mutex.IsLocked);
    });

    [Fact]
    public void AS53_Semaphore_RandomUse_KeepsItsSlots() => Explore.Seeds(1500, async executor =>
    {
        var run = new Run(executor);
        var slots = executor.Random.Next(1, 4);
        var semaphore = new AsyncSemaphore(slots, slots);
        var inside = 0;

        await run.WorkersAsync(6, 5, async token =>
        {
            try
            {
                await semaphore.WaitAsync(token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            Assert.InRange(++inside, 1, slots);
            await run.PauseAsync(2);
            inside--;
            semaphore.Release();
        });

        Assert.Equal(slots, semaphore.CurrentCount);
        Assert.Equal(slots, semaphore.Balance);
    });

    [Fact]
    public void OC2_ReaderWriterLock_RandomUse_KeepsWritersAlone() => Explore.Seeds(1500, async executor =>
    {
        var run = new Run(executor);
        var mutex = new AsyncReaderWriterLock();
        var readers = 0;
        var writers = 0;

        await run.WorkersAsync(6, 5, async token =>
        {
            try
            {
                switch (executor.Random.Next(3))
                {
                    case 0:
                        using (await mutex.WriterLockAsync(token))
                        {
                            await WriteAsync(readersAllowed: 0);
                        }

                        break;
                    case 1:
                        using (await mutex.ReaderLockAsync(token))
                        {
                            await ReadAsync();
                        }

                        break;
                    default:
                        using (var key = await mutex.UpgradeableReaderLockAsync(token))
                        {
                            await ReadAsync();
                            using (await key.UpgradeAsync(token))
                            {
                                await WriteAsync(readersAllowed: 0);
                            }

                            await ReadAsync();
                        }

                        break;
                }
            }
            catch (OperationCanceledException)
            {
                // It took nothing, and the check at the end holds us to that.
            }
        });

        mutex.WriterLock(new CancellationToken(canceled: true)).Dispose();

        async Task ReadAsync()
        {
            readers++;
            Assert.Equal(0, writers);
            await run.PauseAsync(2);
            readers--;
        }

        async Task WriteAsync(int readersAllowed)
        {
            Assert.Equal((1, readersAllowed), (++writers, readers));
            await run.PauseAsync(2);
            writers--;
        }
    });

    [Fact]
    public void AS52_Condition_RandomUse_LosesNoNotification() => Explore.Seeds(1500, async executor =>
    {
        var run = new Run(executor);
        var monitor = new AsyncMonitor();
        var items = 0;
        var taken = 0;
        var consumers = run.WorkersAsync(4, 5, async token =>
        {
            using (await monitor.EnterAsync(CancellationToken.None))
            {
                while (items == 0)
                {
                    try
                    {
                        await monitor.WaitAsync(token);
                    }
                    catch (OperationCanceledException)
                    {
                        // It waits on without its token: had it swallowed a notification, an item would find no consumer.
                        token = CancellationToken.None;
                    }
                }

                items--;
                taken++;
            }
        });

        for (var i = 0; i < 20; i++)
        {
            using (await monitor.EnterAsync())
            {
                items++;
                monitor.Pulse();
            }

            await run.PauseAsync(1);
        }

        await consumers;
        Assert.Equal((0, 20), (items, taken));
    });

    [Fact]
    public void EV53_CappedSemaphore_RandomUse_Balances() => Explore.Seeds(1000, async executor =>
    {
        var run = new Run(executor);
        var limit = executor.Random.Next(0, 3);
        var semaphore = new CappedSemaphore(0, limit);
        var given = 0;
        var got = 0;
        using var end = new CancellationTokenSource();

        var givers = run.WorkersAsync(3, 5, async token => Interlocked.Add(ref given, await TryAsync(semaphore.ReleaseAsync, token)));
        var takers = run.WorkersAsync(3, 5, async token => Interlocked.Add(ref got, await TryAsync(semaphore.WaitAsync, token)));
        var all = Task.WhenAll(givers, takers);
        await Task.WhenAny(all, Task.Delay(TimeSpan.FromHours(1), executor.TimeProvider));
        end.Cancel();
        await all;

        Assert.Equal(given - got, semaphore.CurrentCount);
        Assert.InRange(semaphore.CurrentCount, 0, limit);
        Assert.Equal(semaphore.CurrentCount, semaphore.Balance);

        async Task<int> TryAsync(Func<CancellationToken, Task> call, CancellationToken token)
        {
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(token, end.Token);
            try
            {
                await call(linked.Token);
                return 1;
            }
            catch (OperationCanceledException)
            {
                return 0;
            }
        }
    });

    [Fact]
    public void AS54_Barrier_RandomUse_LetsAllGoOnTogether() => Explore.Seeds(1000, async executor =>
    {
        var run = new Run(executor);
        var barrier = new AsyncBarrier(3);
        var phases = new int[3];

        await Task.WhenAll(Enumerable.Range(0, 3).Select(async participant =>
        {
            while (phases[participant] < 5)
            {
                await run.PauseAsync(2);
                using var source = run.CancelSometime();
                try
                {
                    await barrier.SignalAndWaitAsync(source.Token);
                    phases[participant]++;
                    Assert.InRange(phases.Max() - phases.Min(), 0, 1);
                }
                catch (OperationCanceledException)
                {
                    // The arrival was taken back: it arrives again.
                }
            }
        }));

        Assert.Equal(5, barrier.CurrentPhaseNumber);
        Assert.Equal(3, barrier.ParticipantsRemaining);
    });

    [Fact]
    public void Exploration_OfOneSeed_IsTheSameEachTime()
    {
        Assert.Equal(Explore.Run(5, PlayAsync), Explore.Run(5, PlayAsync));
        Assert.NotEqual(Explore.Run(5, PlayAsync), Explore.Run(6, PlayAsync));

        static async Task PlayAsync(SeededExecutor executor)
        {
            var run = new Run(executor);
            var mutex = new AsyncLock();
            await run.WorkersAsync(4, 4, async _ =>
            {
                using (await mutex.LockAsync(CancellationToken.None))
                {
                    await run.PauseAsync(2);
                }
            });
        }
    }

    internal sealed class Run(SeededExecutor executor)
    {
        public Task WorkersAsync(int workers, int rounds, Func<CancellationToken, Task> workAsync) =>
            Task.WhenAll(Enumerable.Range(0, workers).Select(async _ =>
            {
                for (var round = 0; round < rounds; round++)
                {
                    await PauseAsync(3);
                    using var source = CancelSometime();
                    await workAsync(source.Token);
                }
            }));

        public CancellationTokenSource CancelSometime()
        {
            var source = new CancellationTokenSource();
            if (executor.Random.Next(2) == 0)
            {
                _ = CancelAsync();
            }

            return source;

            async Task CancelAsync()
            {
                await PauseAsync(6);
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

        public async Task PauseAsync(int most)
        {
            for (var i = executor.Random.Next(most + 1); i > 0; i--)
            {
                await Task.Yield();
            }
        }
    }
}
