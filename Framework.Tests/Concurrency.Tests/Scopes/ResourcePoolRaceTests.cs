using Concurrency.Execution;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

/// <summary>Thousands of orders of acquiring, cancelling, failing, resizing and disposing: no item too many, none held by two, none left behind.</summary>
public sealed class ResourcePoolRaceTests
{
    [Fact]
    public void EV30_RandomUse_KeepsEveryPlace() => Explore.Seeds(400, async executor =>
    {
        var run = new Run(executor);
        var pool = run.Pool();

        foreach (var user in Enumerable.Range(0, 6).Select(_ => UseAsync()).ToArray())
        {
            await user;
        }

        async Task UseAsync()
        {
            for (var round = 0; round < 6; round++)
            {
                await run.UseOnceAsync(pool);
            }
        }

        await run.SettledAsync();
        Assert.Equal((0, 0), (pool.InUse, pool.Waiting));
        Assert.Equal(pool.MaximumSize, pool.Free);
        await pool.DisposeAsync();
        Assert.Empty(run.Alive);
    });

    [Fact]
    public void EV30_DisposedInTheMiddle_LeavesNothingBehind() => Explore.Seeds(400, async executor =>
    {
        var run = new Run(executor);
        var pool = run.Pool();
        var users = Enumerable.Range(0, 6).Select(_ => UseAsync()).ToArray();
        await run.PauseAsync();
        await run.PauseAsync();
        await pool.DisposeAsync();
        foreach (var user in users)
        {
            await user;
        }

        await run.SettledAsync();
        Assert.Equal((0, 0), (pool.InUse, pool.Waiting));
        Assert.Empty(run.Alive);

        async Task UseAsync()
        {
            try
            {
                while (true)
                {
                    await run.UseOnceAsync(pool);
                    await run.PauseAsync();
                }
            }
            catch (ObjectDisposedException)
            {
                // The end of every user.
            }
        }
    });

    /// <summary>Items of one run: each is alive once, held by at most one, and closed once.</summary>
    private sealed class Run(SeededExecutor executor)
    {
        private readonly HashSet<int> _held = [];
        private int _made;
        private int _making;
        private int _allowed = 3;

        public HashSet<int> Alive { get; } = [];

        /// <summary>Lets what goes on behind the calls come to its end: longer than anything here takes.</summary>
        public Task SettledAsync() => Task.Delay(TimeSpan.FromMinutes(1), executor.TimeProvider);

        public ResourcePool<int> Pool() => new(new ResourcePoolOptions<int>
        {
            MaximumSize = 3,
            MinimumSize = executor.Random.Next(0, 3),
            Order = (ResourcePoolOrder)executor.Random.Next(2),
            Factory = MakeAsync,
            Close = CloseAsync,
            Validate = async (_, token) =>
            {
                await PauseAsync();
                token.ThrowIfCancellationRequested();
                return executor.Random.Next(8) != 0;
            },
            Reset = async _ =>
            {
                await PauseAsync();
                if (executor.Random.Next(8) == 0)
                {
                    throw new IOException("reset");
                }
            },
            CreateTimeout = TimeSpan.FromMilliseconds(executor.Random.Next(1, 10)),
            IdleTimeout = TimeSpan.FromMilliseconds(executor.Random.Next(0, 20)),
            MaximumAge = TimeSpan.FromMilliseconds(executor.Random.Next(5, 50)),
            TimeProvider = executor.TimeProvider,
        });

        public async Task UseOnceAsync(ResourcePool<int> pool)
        {
            using var source = new CancellationTokenSource();
            var cancel = executor.Random.Next(3) == 0 ? CancelLaterAsync(source) : Task.CompletedTask;
            try
            {
                await using var lease = executor.Random.Next(4) == 0
                    ? await pool.AcquireAsync(TimeSpan.FromMilliseconds(executor.Random.Next(0, 5)), source.Token)
                    : await pool.AcquireAsync(source.Token);
                Assert.Contains(lease.Value, Alive);
                Assert.True(_held.Add(lease.Value), "An item is held by one user at a time.");
                await PauseAsync();
                Assert.True(_held.Remove(lease.Value));
                Disturb(pool, lease);
            }
            catch (Exception error) when (error is OperationCanceledException or TimeoutException or IOException)
            {
                // It took nothing, and the sums at the end hold the pool to that.
            }

            await cancel;
        }

        public async Task PauseAsync()
        {
            for (var turns = executor.Random.Next(4); turns > 0; turns--)
            {
                await Executor.Yield();
            }

            if (executor.Random.Next(3) == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(executor.Random.Next(1, 8)), executor.TimeProvider);
            }
        }

        private void Disturb(ResourcePool<int> pool, ResourceLease<int> lease)
        {
            switch (executor.Random.Next(8))
            {
                case 0:
                    lease.Discard();
                    break;
                case 1:
                    _ = pool.ClearAsync();
                    break;
                case 2:
                    var size = executor.Random.Next(1, 5);
                    _allowed = Math.Max(_allowed, size);
                    TryResize(pool, size);
                    break;
            }
        }

        private static void TryResize(ResourcePool<int> pool, int size)
        {
            try
            {
                pool.Resize(size);
            }
            catch (ObjectDisposedException)
            {
                // Asked for too late.
            }
        }

        private async Task CancelLaterAsync(CancellationTokenSource source)
        {
            await PauseAsync();
            source.Cancel();
        }

        private async ValueTask<int> MakeAsync(CancellationToken cancellationToken)
        {
            _making++;
            Assert.InRange(Alive.Count + _making, 1, _allowed);
            try
            {
                await PauseAsync();
                if (executor.Random.Next(2) == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                if (executor.Random.Next(6) == 0)
                {
                    throw new IOException("refused");
                }

                var item = ++_made;
                Alive.Add(item);
                return item;
            }
            finally
            {
                _making--;
            }
        }

        private async ValueTask CloseAsync(int item)
        {
            await PauseAsync();
            Assert.DoesNotContain(item, _held);
            Assert.True(Alive.Remove(item), "An item is closed once.");
        }
    }
}
