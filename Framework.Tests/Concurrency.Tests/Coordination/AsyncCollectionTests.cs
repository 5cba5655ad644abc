using System.Collections.Concurrent;
using Concurrency.Coordination;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Coordination;

public sealed class AsyncCollectionTests
{
    [Fact]
    public async Task Stack_IsTakenFromTheTop()
    {
        var collection = new AsyncCollection<int>(new ConcurrentStack<int>(), 3);
        for (var i = 1; i <= 3; i++)
        {
            await collection.AddAsync(i);
        }

        var waiting = collection.AddAsync(4);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(3, await collection.TakeAsync());
        await waiting.Within("room");
        Assert.Equal(4, await collection.TakeAsync());
    }

    [Fact]
    public async Task OneItem_WithAnObserverAheadOfATaker_ReachesTheTaker()
    {
        var collection = new AsyncCollection<int>();
        var observer = collection.OutputAvailableAsync();
        var taker = collection.TakeAsync();

        await collection.AddAsync(1);

        Assert.True(await observer.Within("observer"));
        Assert.Equal(1, await taker.Within("taker"));
    }

    [Fact]
    public async Task CancelledTake_TakesNothing()
    {
        var collection = new AsyncCollection<int>();
        using var source = new CancellationTokenSource();
        var cancelled = collection.TakeAsync(source.Token);
        var waiting = collection.TakeAsync();

        source.Cancel();
        await collection.AddAsync(1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled).Within("cancelled");
        Assert.Equal(1, await waiting.Within("waiting"));
    }

    [Fact]
    public async Task CompleteAdding_FailsThoseWhoWait_AndLetsTheRestBeTaken()
    {
        var queue = new AsyncProducerConsumerQueue<int>([1], 1);
        var adding = queue.EnqueueAsync(2);

        queue.CompleteAdding();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => adding).Within("adding");
        Assert.Contains("Add before CompleteAdding", error.Message, StringComparison.Ordinal);
        Assert.True(await queue.OutputAvailableAsync());
        Assert.Equal([1], queue.GetConsumingEnumerable());
        await Assert.ThrowsAsync<InvalidOperationException>(() => queue.DequeueAsync());
        Assert.False(queue.OutputAvailable());
    }

    [Fact]
    public void BadArguments_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncCollection<int>(0));
        Assert.Throws<ArgumentException>(() => new AsyncCollection<int>(new ConcurrentQueue<int>([1, 2]), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncProducerConsumerQueue<int>(-1));
        Assert.Throws<ArgumentException>(() => new AsyncProducerConsumerQueue<int>([1, 2], 1));
    }

    [Fact]
    public async Task AS60_ProducersAndConsumers_OnThreads_LoseNothing()
    {
        var queue = new AsyncProducerConsumerQueue<int>(2);
        var consumer = Task.Factory.StartNew(
            () => queue.GetConsumingEnumerable().ToArray(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(async first =>
        {
            await Task.Yield();
            for (var i = first; i < 200; i += 2)
            {
                await queue.EnqueueAsync(i);
            }
        })).Within("producers");
        queue.CompleteAdding();

        var taken = await consumer.Within("consumer");
        Assert.Equal(Enumerable.Range(0, 200), taken.Order());
        Assert.Equal(taken.Where(i => i % 2 == 0), taken.Where(i => i % 2 == 0).Order());
    }
}
