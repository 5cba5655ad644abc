using Concurrency.Channels;
using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Scopes;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing.Tests.Points;

/// <summary>Each operation that real threads could do before or after each other happens in both orders.</summary>
public sealed class PointTests
{
    [Fact]
    public void Channel_Write_EitherGoesFirst() => BothOrders(_ =>
    {
        var channel = BoundedChannel.Create<string>(2);
        return name => channel.Writer.WriteAsync(name).AsTask();
    });

    [Fact]
    public void Channel_WriteToOneThatDrops_EitherGoesFirst() => BothOrders(_ =>
    {
        var channel = BoundedChannel.Create<string>(new BoundedChannelPolicy(2) { FullMode = ChannelFullMode.DropOldest });
        return name => channel.Writer.WriteAsync(name).AsTask();
    });

    [Fact]
    public void Channel_WriteToOneByKey_EitherGoesFirst() => BothOrders(_ =>
    {
        var channel = BoundedChannel.CreateConflating<string, string>(2, name => name);
        return name => channel.Writer.WriteAsync(name).AsTask();
    });

    [Fact]
    public void Channel_WriteToOneByPriority_EitherGoesFirst() => BothOrders(_ =>
    {
        var channel = BoundedChannel.CreatePrioritized<string, int>(new BoundedChannelPolicy(2), name => name.Length);
        return name => channel.Writer.WriteAsync(name).AsTask();
    });

    [Fact]
    public void Channel_Read_EitherGoesFirst() => BothOrders(_ =>
    {
        var channel = BoundedChannel.Create<int>(2);
        channel.Writer.TryWrite(1);
        channel.Writer.TryWrite(2);
        return name => channel.Reader.ReadAsync().AsTask();
    });

    [Fact]
    public void Channel_WaitToRead_EitherGoesFirst() => BothOrders(_ =>
    {
        var channel = BoundedChannel.Create<int>(2);
        channel.Writer.TryWrite(1);
        return name => channel.Reader.WaitToReadAsync().AsTask();
    });

    [Fact]
    public void Channel_WaitToWrite_EitherGoesFirst() => BothOrders(_ =>
    {
        var channel = BoundedChannel.Create<int>(2);
        return name => channel.Writer.WaitToWriteAsync().AsTask();
    });

    [Fact]
    public void Channel_ReadBatch_EitherGoesFirst() => BothOrders(_ =>
    {
        var channel = BoundedChannel.Create<int>(2);
        channel.Writer.TryWrite(1);
        channel.Writer.TryWrite(2);
        return name => channel.Reader.ReadBatchAsync(new int[1], TimeSpan.Zero).AsTask();
    });

    [Fact]
    public void Rendezvous_Write_EitherGoesFirst() => BothOrders(_ =>
    {
        var channel = BoundedChannel.Create<string>(0);
        var first = channel.Reader.ReadAsync();
        var second = channel.Reader.ReadAsync();
        return name => channel.Writer.WriteAsync(name).AsTask();
    });

    [Fact]
    public void Broadcast_Write_EitherGoesFirst() => BothOrders(_ =>
    {
        var broadcast = BroadcastChannel.Create<string>();
        return name => broadcast.Writer.WriteAsync(name).AsTask();
    });

    [Fact]
    public void Watch_Write_EitherGoesFirst() => BothOrders(_ =>
    {
        var watch = new WatchChannel<string>("");
        return name => watch.Writer.WriteAsync(name).AsTask();
    });

    [Fact]
    public void WorkQueue_Join_EitherGoesFirst() => BothOrders(_ =>
    {
        var queue = new WorkQueue<string>(2);
        return name => queue.JoinAsync().AsTask();
    });

    [Fact]
    public void WorkQueue_PutWithTimeout_EitherGoesFirst() => BothOrders(_ =>
    {
        var queue = new WorkQueue<string>(2);
        return name => queue.PutAsync(name, TimeSpan.FromSeconds(1)).AsTask();
    });

    [Fact]
    public void Semaphore_Wait_EitherGoesFirst() => BothOrders(_ =>
    {
        var semaphore = new AsyncSemaphore(2);
        return name => semaphore.WaitAsync();
    });

    [Fact]
    public void CappedSemaphore_Release_EitherGoesFirst() => BothOrders(_ =>
    {
        var semaphore = new CappedSemaphore(0, 2);
        return name => semaphore.ReleaseAsync();
    });

    [Fact]
    public void ManualResetEvent_Wait_EitherGoesFirst() => BothOrders(_ =>
    {
        var signal = new AsyncManualResetEvent(true);
        return name => signal.WaitAsync();
    });

    [Fact]
    public void AutoResetEvent_Wait_EitherGoesFirst() => BothOrders(_ =>
    {
        var signal = new AsyncAutoResetEvent(true);
        return async name =>
        {
            await signal.WaitAsync();
            signal.Set();
        };
    });

    [Fact]
    public void Countdown_Wait_EitherGoesFirst() => BothOrders(_ =>
    {
        var countdown = new AsyncCountdownEvent(0);
        return name => countdown.WaitAsync();
    });

    [Fact]
    public void Barrier_SignalAndWait_EitherGoesFirst() => BothOrders(_ =>
    {
        var barrier = new AsyncBarrier(1);
        return name => barrier.SignalAndWaitAsync();
    });

    [Fact]
    public void Monitor_Enter_EitherGoesFirst() => BothOrders(_ =>
    {
        var monitor = new AsyncMonitor();
        return async name => (await monitor.EnterAsync()).Dispose();
    });

    [Fact]
    public void ReaderWriterLock_Read_EitherGoesFirst() => BothOrders(_ =>
    {
        var mutex = new AsyncReaderWriterLock();
        return name => mutex.ReaderLockAsync().AsTask();
    });

    [Fact]
    public void ReaderWriterLock_Write_EitherGoesFirst() => BothOrders(_ =>
    {
        var mutex = new AsyncReaderWriterLock();
        return async name => (await mutex.WriterLockAsync()).Dispose();
    });

    [Fact]
    public void ReaderWriterLock_ReadUpgradeably_EitherGoesFirst() => BothOrders(_ =>
    {
        var mutex = new AsyncReaderWriterLock();
        return async name =>
        {
            using var key = await mutex.UpgradeableReaderLockAsync();
            (await key.UpgradeAsync()).Dispose();
        };
    });

    [Fact]
    public void ProducerConsumerQueue_Enqueue_EitherGoesFirst() => BothOrders(_ =>
    {
        var queue = new AsyncProducerConsumerQueue<string>();
        return name => queue.EnqueueAsync(name);
    });

    [Fact]
    public void PauseToken_Wait_EitherGoesFirst() => BothOrders(_ =>
    {
        var pause = new PauseTokenSource();
        return name => pause.Token.WaitWhilePausedAsync();
    });

    [Fact]
    public void OneShotEvent_Wait_EitherGoesFirst() => BothOrders(_ =>
    {
        var signal = new OneShotEvent<int>();
        signal.Send(1);
        return name => signal.WaitAsync();
    });

    [Fact]
    public void NamedLocks_Lock_EitherGoesFirst() => BothOrders(sim =>
    {
        var locks = new NamedLocks(new NamedLocksOptions { TimeProvider = sim.Clock });
        return async name => (await locks.LockAsync("one")).Dispose();
    });

    [Fact]
    public void Select_Take_EitherGoesFirst() => BothOrders(_ =>
    {
        var channel = BoundedChannel.Create<int>(2);
        var other = BoundedChannel.Create<int>(2);
        channel.Writer.TryWrite(1);
        channel.Writer.TryWrite(2);
        return name => Select.ReadAsync(channel.Reader, other.Reader).AsTask();
    });

    [Fact]
    public void ResourcePool_Acquire_EitherGoesFirst() => BothOrders(sim =>
    {
        var pool = new ResourcePool<string>(new ResourcePoolOptions<string>
        {
            Factory = _ => new ValueTask<string>("item"),
            MaximumSize = 1,
            TimeProvider = sim.Clock,
        });
        return async name =>
        {
            await using var lease = await pool.AcquireAsync();
        };
    });

    [Fact]
    public void Select_BothReady_EitherIsTaken()
    {
        var taken = new HashSet<int>();
        Explore(async sim =>
        {
            var first = BoundedChannel.Create<int>(1);
            var second = BoundedChannel.Create<int>(1);
            first.Writer.TryWrite(0);
            second.Writer.TryWrite(1);
            taken.Add((await Select.ReadAsync(first.Reader, second.Reader)).Item);
        });
        Assert.Equal([0, 1], taken.Order());
    }

    [Fact]
    public void Scope_Children_EitherGoesFirst()
    {
        var orders = new HashSet<string>();
        Explore(async sim =>
        {
            var order = "";
            await TaskScope.RunAsync(scope =>
            {
                _ = scope.Start("a", _ => Task.FromResult(order += "a"));
                _ = scope.Start("b", _ => Task.FromResult(order += "b"));
                return Task.CompletedTask;
            });
            orders.Add(order);
        });
        Assert.Equal(["ab", "ba"], orders.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Operations_NotAwaited_HappenInTheOrderOfTheCode() => Explore(async sim =>
    {
        var channel = BoundedChannel.Create<int>(3);
        var first = channel.Writer.WriteAsync(1);
        var second = channel.Writer.WriteAsync(2);
        Assert.True(channel.Reader.TryRead(out var item));
        Assert.Equal(1, item);
        await first;
        await second;
        Assert.Equal(2, await channel.Reader.ReadAsync());
    });

    [Fact]
    public void AsyncLazy_Value_IsMadeInTheSimulation() => Explore(async sim =>
    {
        var lazy = new AsyncLazy<int>(async () =>
        {
            await Executor.Yield();
            Assert.Same(sim.Executor, Executor.Current);
            return 3;
        });
        Assert.Equal(3, await lazy);
    });

    private static void BothOrders(Func<Sim, Func<string, Task>> prepare)
    {
        var orders = new HashSet<string>();
        Explore(async sim =>
        {
            var order = "";
            var operation = prepare(sim);
            async Task GoAsync(string name)
            {
                order += name;
                await operation(name);
                order += char.ToUpperInvariant(name[0]);
            }

            await Task.WhenAll(
                sim.Executor.RunAsync(_ => GoAsync("a")),
                sim.Executor.RunAsync(_ => GoAsync("b")));
            orders.Add(order);
        });

        // Both were at their operation before either was done.
        Assert.Superset(new HashSet<string> { "abAB", "abBA" }, orders);
    }

    private static void Explore(Func<Sim, Task> body) =>
        Simulation.Explore(body, new SimulationOptions { Schedules = 60, Strategy = SimulationStrategy.RandomWalk }).ThrowIfFailed();
}
