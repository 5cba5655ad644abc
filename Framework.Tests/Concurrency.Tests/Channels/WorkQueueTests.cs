using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

/// <summary>Sizes, waiting, resizing and joining: what eventlet's queue tests and the older part of asyncio's ask of a queue.</summary>
public sealed class WorkQueueTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task EV40_MaxSize_PutsWaitAtIt()
    {
        var queue = new WorkQueue<int>(2);
        await queue.PutAsync(1);
        await queue.PutAsync(2);
        Assert.True(queue.IsFull);

        var third = queue.PutAsync(3);
        Assert.False(third.IsCompleted);
        Assert.Equal(2, queue.Count);
        Assert.Equal(1, await queue.GetAsync());
        await third.Within("third put");
        Assert.Equal(2, await queue.GetAsync());
        Assert.Equal(3, await queue.GetAsync());
        Assert.True(queue.IsEmpty);
    }

    [Fact]
    public async Task EV40_ZeroMaxSize_IsARendezvous()
    {
        var queue = new WorkQueue<string>(0);
        Assert.True(queue.IsEmpty && queue.IsFull);
        Assert.False(queue.TryPut("nobody waits"));

        var put = queue.PutAsync("taken");
        Assert.False(put.IsCompleted);
        Assert.True(queue.IsEmpty && queue.IsFull);
        Assert.Equal("taken", await queue.GetAsync());
        await put.Within("put");

        var get = queue.GetAsync();
        Assert.True(queue.TryPut("somebody waits"));
        Assert.Equal("somebody waits", await get.Within("get"));
    }

    [Fact]
    public async Task EV40_ZeroMaxSize_JoinsAndShutsDownLikeAnyOther()
    {
        var queue = new WorkQueue<int>(0);
        var put = queue.PutAsync(1);
        Assert.Equal(0, queue.Unfinished);
        Assert.Equal(1, await queue.GetAsync());
        await put.Within("put");
        var join = queue.JoinAsync().AsTask();
        Assert.False(join.IsCompleted);
        queue.MarkDone();
        await join.Within("join");

        var refused = queue.PutAsync(2).AsTask();
        queue.Shutdown(immediate: true);
        await Assert.ThrowsAsync<QueueShutDownException>(() => refused.Within("refused put"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void EV41_LightQueueWakesWaitersInSetOrder_OursWakesGettersInOrderOfArrival(int capacity)
    {
        var queue = new WorkQueue<int>(capacity);
        var gets = Enumerable.Range(0, 20).Select(_ => queue.GetAsync()).ToArray();
        Assert.Equal(20, queue.WaitingGetters);

        for (var i = 0; i < gets.Length; i++)
        {
            Assert.True(queue.TryPut(i));
            Assert.Equal(i + 1, gets.Count(get => get.IsCompleted));
            Assert.True(gets[i].IsCompletedSuccessfully);
        }

        Assert.Equal(Enumerable.Range(0, 20), gets.Select(get => get.GetAwaiter().GetResult()));
    }

    [Fact]
    public void EV41_LightQueueWakesWaitersInSetOrder_OursAdmitsPuttersInOrderOfArrival()
    {
        var queue = new WorkQueue<int>(1);
        Assert.True(queue.TryPut(-1));
        var puts = Enumerable.Range(0, 20).Select(i => queue.PutAsync(i)).ToArray();

        for (var i = 0; i < puts.Length; i++)
        {
            Assert.True(queue.TryGet(out var item));
            Assert.Equal(i - 1, item);
            Assert.True(puts[i].IsCompletedSuccessfully);
            Assert.Equal(puts.Length - 1 - i, queue.WaitingPutters);
        }
    }

    [Fact]
    public async Task EV41_PutWithTimeout_IsFullAfterwardsAndHasPutNothing()
    {
        var clock = new ManualClock();
        await using var executor = new ClockedExecutor(clock);
        await executor.RunAsync(async _ =>
        {
            var queue = new WorkQueue<int>(new BoundedChannelPolicy(1) { Name = "jobs" });
            await queue.PutAsync(1, s_minute);
            var put = queue.PutAsync(2, s_minute).AsTask();
            Assert.Equal(1, queue.WaitingPutters);
            clock.Advance(s_minute);

            var error = await Assert.ThrowsAsync<QueueFullException>(() => put);
            Assert.Contains("00:01:00: jobs: 1 of 1, 1 unfinished, 0 putters wait", error.Message, StringComparison.Ordinal);
            Assert.Equal((1, 0), (queue.Count, queue.WaitingPutters));
            await Assert.ThrowsAsync<QueueFullException>(() => queue.PutAsync(3, TimeSpan.Zero).AsTask());
            Assert.Equal(1, await queue.GetAsync(s_minute));
            Assert.True(queue.IsEmpty);
        }).Within("body");
    }

    [Fact]
    public async Task EV41_GetWithTimeout_IsEmptyAfterwardsAndHasTakenNothing()
    {
        var clock = new ManualClock();
        await using var executor = new ClockedExecutor(clock);
        await executor.RunAsync(async _ =>
        {
            var queue = new WorkQueue<int>(1);
            var get = queue.GetAsync(s_minute).AsTask();
            clock.Advance(s_minute);

            await Assert.ThrowsAsync<QueueEmptyException>(() => get);
            await Assert.ThrowsAsync<QueueEmptyException>(() => queue.GetAsync(TimeSpan.Zero).AsTask());
            Assert.Equal(0, queue.WaitingGetters);
            Assert.True(queue.TryPut(7));
            Assert.Equal(7, await queue.GetAsync(TimeSpan.Zero));
        }).Within("body");
    }

    [Fact]
    public async Task EV41_CancelledInTime_IsACancellationAndNoTimeout()
    {
        var queue = new WorkQueue<int>(1);
        using var source = new CancellationTokenSource();
        var get = queue.GetAsync(s_minute, source.Token).AsTask();
        await source.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get.Within("get"));
        Assert.Equal(source.Token, error.CancellationToken);

        Assert.True(queue.TryPut(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queue.PutAsync(2, s_minute, source.Token).AsTask());
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public void EV41_TimeoutsOutOfRange_AreRefused()
    {
        var queue = new WorkQueue<int>(1);

        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = queue.GetAsync(TimeSpan.FromSeconds(-2)); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = queue.PutAsync(1, TimeSpan.FromDays(50)); });
        Assert.True(queue.PutAsync(1, Timeout.InfiniteTimeSpan).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task EV41_PutWithTimeout_OfARefusingQueue_CountsOneRefusal()
    {
        var queue = new WorkQueue<int>(new BoundedChannelPolicy(1) { FullMode = ChannelFullMode.Reject });
        await queue.PutAsync(1, s_minute);

        await Assert.ThrowsAsync<ChannelFullException>(() => queue.PutAsync(2, s_minute).AsTask());
        Assert.Equal(1, queue.Statistics.Rejected);
    }

    [Fact]
    public async Task EV41_TwoGettersOneCancelled_TheOtherGetsTheItem()
    {
        var queue = new WorkQueue<string>(4);
        using var source = new CancellationTokenSource();
        var dying = queue.GetAsync(source.Token).AsTask();
        var living = queue.GetAsync().AsTask();
        Assert.True(queue.TryPut("sent"));

        // The item went to the first the moment it was put: to cancel now is too late, and nothing is swallowed.
        await source.CancelAsync();
        Assert.Equal("sent", await dying.Within("first"));
        Assert.True(queue.TryPut("hidden"));
        Assert.Equal("hidden", await living.Within("second"));
    }

    [Fact]
    public async Task EV41_GettersThatAllGiveUp_LeaveTheItem()
    {
        var queue = new WorkQueue<string>(4);
        using var source = new CancellationTokenSource();
        var gets = new[] { queue.GetAsync(source.Token).AsTask(), queue.GetAsync(source.Token).AsTask() };
        await source.CancelAsync();
        foreach (var get in gets)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get.Within("bogus getter"));
        }

        Assert.True(queue.TryPut("kept"));
        Assert.Equal("kept", await queue.GetAsync());
    }

    [Fact]
    public async Task EV42_ResizeUp_AdmitsWaitingPuttersAtOnce()
    {
        var queue = new WorkQueue<int>(0);
        var puts = Enumerable.Range(0, 4).Select(i => queue.PutAsync(i)).ToArray();
        Assert.Equal((4, 0), (queue.WaitingPutters, queue.Count));

        queue.Resize(3);
        Assert.Equal((1, 3), (queue.WaitingPutters, queue.Count));
        Assert.Equal([true, true, true, false], puts.Select(put => put.IsCompletedSuccessfully));
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(i, await queue.GetAsync());
        }
    }

    [Fact]
    public async Task EV42_ResizeDown_LetsTheExcessDrain()
    {
        var queue = new WorkQueue<int>(5);
        for (var i = 0; i < 5; i++)
        {
            await queue.PutAsync(i);
        }

        queue.Resize(2);
        Assert.Equal((5, 2), (queue.Count, queue.Capacity));
        var put = queue.PutAsync(5);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(i, await queue.GetAsync());
            Assert.False(put.IsCompleted);
        }

        Assert.Equal(3, await queue.GetAsync());
        await put.Within("put");
        Assert.Equal(2, queue.Count);
    }

    [Fact]
    public void EV42_ResizeToUnlimited_AdmitsAllPutters()
    {
        var queue = new WorkQueue<int>(0);
        var puts = Enumerable.Range(0, 5).Select(i => queue.PutAsync(i)).ToArray();

        queue.Resize(int.MaxValue);
        Assert.All(puts, put => Assert.True(put.IsCompletedSuccessfully));
        Assert.Equal(5, queue.Count);
    }

    [Fact]
    public async Task EV42_Waiting_CountsGettersAndPutters()
    {
        var queue = new WorkQueue<int>(1);
        var get = queue.GetAsync();
        var also = queue.Reader.WaitToReadAsync();
        Assert.Equal((2, 0), (queue.WaitingGetters, queue.WaitingPutters));
        await queue.PutAsync(1);
        await queue.PutAsync(2);
        var put = queue.PutAsync(3);
        Assert.Equal((0, 1), (queue.WaitingGetters, queue.WaitingPutters));
        Assert.Equal(1, await get.Within("get"));
        Assert.True(await also.Within("wait"));
        Assert.True(queue.TryGet(out _));
        await put.Within("put");
    }

    [Fact]
    public async Task EV43_Join_WaitsUntilEachItemIsDone()
    {
        var queue = new WorkQueue<int>(4);
        await queue.PutAsync(1);
        await queue.PutAsync(2);
        var join = queue.JoinAsync().AsTask();
        var second = queue.JoinAsync().AsTask();

        Assert.Equal(1, await queue.GetAsync());
        queue.MarkDone();
        Assert.Equal(2, await queue.GetAsync());
        Assert.Equal(1, queue.Unfinished);
        Assert.False(join.IsCompleted);
        queue.MarkDone();
        await join.Within("join");
        await second.Within("second join");
        Assert.Equal(0, queue.Unfinished);
    }

    [Fact]
    public void EV43_Join_OfAnEmptyQueueReturnsAtOnce()
    {
        var queue = new WorkQueue<int>(1);

        Assert.True(queue.JoinAsync().IsCompletedSuccessfully);
        Assert.True(queue.TryPut(1));
        Assert.False(queue.JoinAsync().IsCompleted);
    }

    [Fact]
    public void EV43_MarkDone_TooOftenIsRefusedWithTheNumbers()
    {
        var queue = new WorkQueue<int>(4);
        Assert.Contains("0 were taken and 0 are done", Assert.Throws<InvalidOperationException>(queue.MarkDone).Message, StringComparison.Ordinal);
        Assert.True(queue.TryPut(1));
        Assert.True(queue.TryPut(2));
        Assert.True(queue.TryGet(out _));
        queue.MarkDone();

        // The second item is inside: its work cannot be done yet.
        Assert.Contains("1 were taken and 1 are done", Assert.Throws<InvalidOperationException>(queue.MarkDone).Message, StringComparison.Ordinal);
        Assert.Equal(1, queue.Unfinished);
    }

    [Fact]
    public async Task EV43_Join_Cancelled_ChangesNothing()
    {
        var queue = new WorkQueue<int>(1);
        Assert.True(queue.TryPut(1));
        using var source = new CancellationTokenSource();
        var join = queue.JoinAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => join.Within("join"));

        var again = queue.JoinAsync().AsTask();
        Assert.True(queue.TryGet(out _));
        queue.MarkDone();
        await again.Within("again");
    }

    [Fact]
    public void EV43_DroppedItems_AreNotUnfinished()
    {
        var queue = new WorkQueue<int>(new BoundedChannelPolicy(1) { FullMode = ChannelFullMode.DropOldest });
        for (var i = 0; i < 5; i++)
        {
            Assert.True(queue.TryPut(i));
        }

        Assert.Equal(1, queue.Unfinished);
        Assert.True(queue.TryGet(out var item));
        Assert.Equal(4, item);
        queue.MarkDone();
        Assert.True(queue.JoinAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public void EV43_AChannelInUse_CountsFromTheMomentTheQueueHasIt()
    {
        var channel = BoundedChannel.Create<int>(4);
        Assert.True(channel.Writer.TryWrite(1));
        Assert.True(channel.Writer.TryWrite(2));
        Assert.True(channel.Reader.TryRead(out _));

        var queue = new WorkQueue<int>(channel);
        Assert.Equal(1, queue.Unfinished);
        Assert.Throws<InvalidOperationException>(queue.MarkDone);
        Assert.Throws<InvalidOperationException>(() => new WorkQueue<int>(channel));
    }

    [Fact]
    public async Task EV44_LifoAndPriorityQueues_AreQueuesOfSuchChannels()
    {
        var stack = new WorkQueue<int>(new BoundedChannelPolicy(4) { Order = ChannelOrder.NewestFirst });
        var ranked = new WorkQueue<string>(BoundedChannel.CreatePrioritized(4, (string word) => word.Length));
        foreach (var word in new[] { "three", "a", "to", "b" })
        {
            await ranked.PutAsync(word);
            await stack.PutAsync(word.Length);
        }

        Assert.Equal([1, 2, 1, 5], Drain(stack));
        Assert.Equal(["a", "b", "to", "three"], Drain(ranked));
        Assert.Equal((4, 4), (stack.Unfinished, ranked.Unfinished));
    }

    [Fact]
    public async Task AS60_ReaderAndWriter_ArePartOfTheQueue()
    {
        var queue = new WorkQueue<int>(8);
        var other = BoundedChannel.Create<int>(1);
        Assert.True(queue.Writer.TryWrite(1));
        Assert.True(queue.Writer.TryWrite(2));
        Assert.True(queue.Writer.TryWrite(3));

        Assert.Equal(1, (await Select.ReadAsync(other.Reader, queue.Reader)).Item);
        var buffer = new int[8];
        Assert.Equal(2, await queue.Reader.ReadBatchAsync(buffer, TimeSpan.Zero));
        Assert.Equal(3, queue.Unfinished);
        Assert.Equal(3, queue.Reader.GetStatistics()!.Value.Read);
        queue.MarkDone();
        queue.MarkDone();
        queue.MarkDone();
        Assert.True(queue.JoinAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task AS60_CancelledPutAndGet_AreSafe()
    {
        var queue = new WorkQueue<int>(1);
        using var source = new CancellationTokenSource();
        Assert.True(queue.TryPut(0));
        var cancelled = queue.PutAsync(1, source.Token).AsTask();
        var kept = queue.PutAsync(2).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Within("cancelled put"));

        Assert.Equal(0, await queue.GetAsync());
        await kept.Within("kept put");
        Assert.Equal(2, await queue.GetAsync());
        Assert.Equal(2, queue.Unfinished);
    }

    private static List<T> Drain<T>(WorkQueue<T> queue)
    {
        var items = new List<T>();
        while (queue.TryGet(out var item))
        {
            items.Add(item);
        }

        return items;
    }
}
