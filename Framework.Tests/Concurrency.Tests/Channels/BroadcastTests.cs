using System.Threading.Channels;
using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

public sealed class BroadcastTests
{
    private static readonly BoundedChannelPolicy s_waits = new(2);
    private static readonly BoundedChannelPolicy s_rejects = new(2) { FullMode = ChannelFullMode.Reject };
    private static readonly BoundedChannelPolicy s_dropsOldest = new(2) { FullMode = ChannelFullMode.DropOldest };

    [Fact]
    public async Task Copy_EachSubscriberGetsEachItemWrittenAfterItCame()
    {
        var broadcast = BroadcastChannel.Create<int>();
        await broadcast.Writer.WriteAsync(0);
        using var first = broadcast.Subscribe(s_dropsOldest);
        await broadcast.Writer.WriteAsync(1);
        using var second = broadcast.Subscribe(s_dropsOldest);
        await broadcast.Writer.WriteAsync(2);
        broadcast.Writer.Complete();

        Assert.Equal([1, 2], await ReadAllAsync(first));
        Assert.Equal([2], await ReadAllAsync(second));
        Assert.Equal(new BroadcastStatistics { Written = 3, Unheard = 1, Subscribers = 2 }, broadcast.Statistics);
    }

    [Fact]
    public void Copy_ASlowSubscriber_LosesByItsOwnPolicyAndNobodyWaits()
    {
        var lost = new List<(int, DropCause)>();
        var broadcast = BroadcastChannel.Create<int>();
        using var slow = broadcast.Subscribe(s_dropsOldest, (item, cause) => lost.Add((item, cause)));
        using var refusing = broadcast.Subscribe(s_rejects);
        using var fast = broadcast.Subscribe(new BoundedChannelPolicy(8) { FullMode = ChannelFullMode.DropNewest });
        for (var i = 1; i <= 4; i++)
        {
            Assert.True(broadcast.Writer.TryWrite(i));
        }

        Assert.Equal([(1, DropCause.Oldest), (2, DropCause.Oldest)], lost);
        Assert.Equal([3, 4], Drain(slow));
        Assert.Equal([1, 2], Drain(refusing));
        Assert.Equal([1, 2, 3, 4], Drain(fast));
        Assert.Equal((2, 2, 0), (slow.Statistics.Dropped, refusing.Statistics.Rejected, fast.Statistics.Dropped));
    }

    [Fact]
    public async Task Copy_ASubscriberThatWaits_HoldsTheItemBackForAll()
    {
        var broadcast = BroadcastChannel.Create<int>(waitForSubscribers: true);
        using var slow = broadcast.Subscribe(s_waits);
        using var fast = broadcast.Subscribe(new BoundedChannelPolicy(8));
        Assert.True(broadcast.Writer.TryWrite(1));
        Assert.True(broadcast.Writer.TryWrite(2));
        Assert.False(broadcast.Writer.TryWrite(3));

        var third = broadcast.Writer.WriteAsync(3).AsTask();
        var fourth = broadcast.Writer.WriteAsync(4).AsTask();
        Assert.Equal(2, broadcast.Statistics.WaitingWriters);
        Assert.Equal(2, fast.Reader.Count);
        Assert.Equal(1, await slow.Reader.ReadAsync());
        await third.Within("third");
        Assert.Equal(3, fast.Reader.Count);
        Assert.False(fourth.IsCompleted);
        Assert.Equal(2, await slow.Reader.ReadAsync());
        await fourth.Within("fourth");
        Assert.Equal([1, 2, 3, 4], Drain(fast));
        Assert.Equal([3, 4], Drain(slow));
    }

    [Fact]
    public async Task Copy_ACancelledWrite_ReachesNobody()
    {
        var broadcast = BroadcastChannel.Create<int>(waitForSubscribers: true);
        using var slow = broadcast.Subscribe(new BoundedChannelPolicy(1));
        using var fast = broadcast.Subscribe(new BoundedChannelPolicy(8));
        Assert.True(broadcast.Writer.TryWrite(1));
        using var source = new CancellationTokenSource();
        var first = broadcast.Writer.WriteAsync(2, source.Token).AsTask();
        var second = broadcast.Writer.WriteAsync(3, source.Token).AsTask();
        var last = broadcast.Writer.WriteAsync(4).AsTask();
        await source.CancelAsync();

        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Within("first"))).CancellationToken);
        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Within("second"))).CancellationToken);
        Assert.Equal(1, await slow.Reader.ReadAsync());
        await last.Within("last");
        Assert.Equal([1, 4], Drain(fast));
        Assert.Equal([4], Drain(slow));
    }

    [Fact]
    public async Task Unsubscribed_TheSlowOneNoLongerHoldsTheWriter()
    {
        var lost = new List<int>();
        var broadcast = BroadcastChannel.Create<int>(waitForSubscribers: true);
        var slow = broadcast.Subscribe(new BoundedChannelPolicy(1), (item, cause) => lost.Add(cause == DropCause.Aborted ? item : -item));
        using var fast = broadcast.Subscribe(new BoundedChannelPolicy(8));
        Assert.True(broadcast.Writer.TryWrite(1));
        var write = broadcast.Writer.WriteAsync(2).AsTask();

        slow.Dispose();
        await write.Within("write");
        Assert.Equal([1], lost);
        Assert.True(slow.Reader.Completion.IsCompletedSuccessfully);
        Assert.Equal([1, 2], Drain(fast));
        Assert.Equal(1, broadcast.Statistics.Subscribers);
        slow.Dispose();
    }

    [Fact]
    public async Task Unsubscribe_LeavesWhatWasGivenToBeRead()
    {
        var broadcast = BroadcastChannel.Create<int>();
        var leaving = broadcast.Subscribe(s_dropsOldest);
        Assert.True(broadcast.Writer.TryWrite(1));
        leaving.Unsubscribe();
        Assert.True(broadcast.Writer.TryWrite(2));

        Assert.Equal([1], await ReadAllAsync(leaving));
    }

    [Fact]
    public async Task Complete_WithAnError_ReachesAllAfterTheItems()
    {
        var broadcast = BroadcastChannel.Create<int>(waitForSubscribers: true);
        using var first = broadcast.Subscribe(new BoundedChannelPolicy(1));
        using var second = broadcast.Subscribe(s_waits);
        Assert.True(broadcast.Writer.TryWrite(1));
        var waiting = new[] { broadcast.Writer.WriteAsync(2).AsTask(), broadcast.Writer.WriteAsync(3).AsTask() };
        var wait = broadcast.Writer.WaitToWriteAsync().AsTask();
        broadcast.Writer.Complete(new FormatException());

        foreach (var write in waiting)
        {
            Assert.IsType<FormatException>((await Assert.ThrowsAsync<ChannelClosedException>(() => write.Within("write"))).InnerException);
        }

        await Assert.ThrowsAsync<FormatException>(() => wait.Within("wait"));
        foreach (var one in new[] { first, second, broadcast.Subscribe(s_waits) })
        {
            Assert.Equal(one.Statistics.Depth == 0 ? [] : [1], Drain(one));
            await Assert.ThrowsAsync<FormatException>(() => one.Reader.Completion);
        }

        Assert.False(broadcast.Writer.TryComplete());
    }

    [Fact]
    public void RoundRobin_EachItemGoesToTheNextThatHasRoom()
    {
        var broadcast = BroadcastChannel.CreateRoundRobin<int>(waitForSubscribers: true);
        using var slow = broadcast.Subscribe(new BoundedChannelPolicy(1));
        using var fast = broadcast.Subscribe(new BoundedChannelPolicy(8));
        for (var i = 1; i <= 5; i++)
        {
            Assert.True(broadcast.Writer.TryWrite(i));
        }

        Assert.Equal([1], Drain(slow));
        Assert.Equal([2, 3, 4, 5], Drain(fast));
    }

    [Fact]
    public async Task RoundRobin_AllFull_TheFirstWithRoomGetsIt()
    {
        var broadcast = BroadcastChannel.CreateRoundRobin<int>(waitForSubscribers: true);
        using var first = broadcast.Subscribe(new BoundedChannelPolicy(1));
        using var second = broadcast.Subscribe(new BoundedChannelPolicy(1));
        Assert.True(broadcast.Writer.TryWrite(1));
        Assert.True(broadcast.Writer.TryWrite(2));
        var third = broadcast.Writer.WriteAsync(3).AsTask();
        Assert.Equal(2, await second.Reader.ReadAsync());
        await third.Within("third");
        Assert.Equal(3, await second.Reader.ReadAsync());

        Assert.True(broadcast.Writer.TryWrite(4));
        var fifth = broadcast.Writer.WriteAsync(5).AsTask();
        using var newcomer = broadcast.Subscribe(new BoundedChannelPolicy(1));
        await fifth.Within("fifth");
        Assert.Equal(5, await newcomer.Reader.ReadAsync());
    }

    [Fact]
    public async Task RoundRobin_AllFullAndNobodyWaits_DropsOrRefuses()
    {
        var broadcast = BroadcastChannel.CreateRoundRobin<int>();
        using var refusing = broadcast.Subscribe(new BoundedChannelPolicy(1) { FullMode = ChannelFullMode.Reject });
        Assert.True(broadcast.Writer.TryWrite(1));
        Assert.False(broadcast.Writer.TryWrite(2));
        await Assert.ThrowsAsync<ChannelFullException>(() => broadcast.Writer.WriteAsync(3).AsTask());
        Assert.Equal(2, broadcast.Statistics.Rejected);

        using var dropping = broadcast.Subscribe(new BoundedChannelPolicy(1) { FullMode = ChannelFullMode.DropOldest });
        Assert.True(broadcast.Writer.TryWrite(4));
        Assert.True(broadcast.Writer.TryWrite(5));
        Assert.Equal([5], Drain(dropping));
        Assert.Equal([1], Drain(refusing));
    }

    [Fact]
    public void RoundRobin_AllFullAndOneOfThemDrops_NobodyWaits()
    {
        var broadcast = BroadcastChannel.CreateRoundRobin<int>(waitForSubscribers: true);
        using var waiting = broadcast.Subscribe(new BoundedChannelPolicy(1));
        using var dropping = broadcast.Subscribe(new BoundedChannelPolicy(1) { FullMode = ChannelFullMode.DropOldest });
        for (var i = 1; i <= 4; i++)
        {
            Assert.True(broadcast.Writer.WriteAsync(i).IsCompletedSuccessfully);
        }

        Assert.Equal([1], Drain(waiting));
        Assert.Equal([4], Drain(dropping));
    }

    [Fact]
    public void ByKey_AllItemsOfAKeyGoToOneSubscriber()
    {
        var broadcast = BroadcastChannel.CreateByKey((int item) => item % 100);
        var policy = new BoundedChannelPolicy(1000) { FullMode = ChannelFullMode.DropWrite };
        var all = Enumerable.Range(0, 4).Select(_ => broadcast.Subscribe(policy)).ToList();
        Write(0);
        var before = all.ConvertAll(one => Drain(one));
        Assert.All(before, items => Assert.NotEmpty(items));
        Assert.Equal(500, before.Sum(items => items.Count));
        Assert.All(before, items => Assert.Equal(items.Select(item => item % 100).Distinct().Count() * 5, items.Count));
        Assert.All(before, items => Assert.Equal(items.Order(), items));

        // One leaves: only its keys move.
        all[1].Dispose();
        Write(1000);
        foreach (var i in new[] { 0, 2, 3 })
        {
            var now = Drain(all[i]).Select(item => item % 100).ToHashSet();
            Assert.Superset(before[i].Select(item => item % 100).ToHashSet(), now);
            Assert.Empty(now.Except(before[i].Concat(before[1]).Select(item => item % 100)));
        }

        void Write(int start)
        {
            for (var i = 0; i < 500; i++)
            {
                Assert.True(broadcast.Writer.TryWrite(start + i));
            }
        }
    }

    [Fact]
    public async Task ByKey_TheOwnerOfTheKeyIsFull_ItsPolicyDecides()
    {
        var broadcast = BroadcastChannel.CreateByKey((int item) => 0, waitForSubscribers: true);
        using var owner = broadcast.Subscribe(new BoundedChannelPolicy(1));
        Assert.True(broadcast.Writer.TryWrite(1));
        var second = broadcast.Writer.WriteAsync(2).AsTask();
        Assert.False(second.IsCompleted);
        Assert.Equal(1, await owner.Reader.ReadAsync());
        await second.Within("second");

        var refusing = BroadcastChannel.CreateByKey((int item) => 0);
        using var full = refusing.Subscribe(new BoundedChannelPolicy(1) { FullMode = ChannelFullMode.Reject });
        Assert.True(refusing.Writer.TryWrite(1));
        await Assert.ThrowsAsync<ChannelFullException>(() => refusing.Writer.WriteAsync(2).AsTask());
        Assert.Equal(1, refusing.Statistics.Rejected);
    }

    [Theory]
    [InlineData(ChannelFullMode.Wait)]
    [InlineData(ChannelFullMode.Reject)]
    public async Task ByKey_TheOwnerIsFullAndAnotherIsNot_WaitToWriteWaits(ChannelFullMode mode)
    {
        var broadcast = BroadcastChannel.CreateByKey((int item) => item, waitForSubscribers: true);
        var policy = new BoundedChannelPolicy(1) { FullMode = mode };
        using var first = broadcast.Subscribe(policy);
        using var second = broadcast.Subscribe(policy);
        Assert.True(broadcast.Writer.TryWrite(7));
        var owner = first.Reader.Count == 1 ? first : second;

        // The usual loop would never end if it were told "try" while this item cannot be written.
        Assert.False(broadcast.Writer.TryWrite(7));
        var room = broadcast.Writer.WaitToWriteAsync().AsTask();
        Assert.False(room.IsCompleted);

        Assert.Equal(7, await owner.Reader.ReadAsync());
        Assert.True(await room.Within("room"));
        Assert.True(broadcast.Writer.TryWrite(7));
        Assert.Equal(0, broadcast.Statistics.WaitingWriters);
    }

    [Fact]
    public async Task ByKey_WhoAsksForRoomEverywhere_HoldsUpNoItem()
    {
        var broadcast = BroadcastChannel.CreateByKey((int item) => item, waitForSubscribers: true);
        using var first = broadcast.Subscribe(new BoundedChannelPolicy(1));
        using var second = broadcast.Subscribe(new BoundedChannelPolicy(1));
        for (var item = 0; first.Reader.Count + second.Reader.Count < 2; item++)
        {
            broadcast.Writer.TryWrite(item);
        }

        Assert.True(first.Reader.TryPeek(out var ofFirst));
        var room = broadcast.Writer.WaitToWriteAsync().AsTask();
        var write = broadcast.Writer.WriteAsync(ofFirst).AsTask();
        Assert.Equal(2, broadcast.Statistics.WaitingWriters);

        Assert.Equal([ofFirst], Drain(first));
        await write.Within("write");
        Assert.False(room.IsCompleted);
        Assert.Single(Drain(first));
        Assert.False(room.IsCompleted);
        Assert.Single(Drain(second));
        Assert.True(await room.Within("room"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WaitToWrite_BehindAWriteInLine_IsToldWhenTheLineIsEmpty(bool isCancelled)
    {
        var broadcast = BroadcastChannel.Create<int>(waitForSubscribers: true);
        using var only = broadcast.Subscribe(s_waits);
        Assert.True(broadcast.Writer.TryWrite(1));
        Assert.True(broadcast.Writer.TryWrite(2));
        using var source = new CancellationTokenSource();
        var write = broadcast.Writer.WriteAsync(3, source.Token).AsTask();
        var rooms = new[] { broadcast.Writer.WaitToWriteAsync().AsTask(), broadcast.Writer.WaitToWriteAsync().AsTask() };
        using var newcomer = broadcast.Subscribe(s_waits);
        if (isCancelled)
        {
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write.Within("write"));
            Assert.All(rooms, room => Assert.False(room.IsCompleted));
        }

        // Without the write there is room after one read; with it, after two.
        Assert.Equal(1, await only.Reader.ReadAsync());
        if (!isCancelled)
        {
            await write.Within("write");
            Assert.Equal(2, await only.Reader.ReadAsync());
        }

        Assert.True(await rooms[0].Within("room"));
        Assert.True(await rooms[1].Within("room"));
        Assert.Equal(0, broadcast.Statistics.WaitingWriters);
    }

    [Fact]
    public void Callbacks_ThatThrow_ReachTheWriterAfterAllWereServed()
    {
        var broadcast = BroadcastChannel.Create<int>();
        var policy = new BoundedChannelPolicy(1) { FullMode = ChannelFullMode.DropOldest };
        using var first = broadcast.Subscribe(policy, (_, _) => throw new FormatException());
        using var second = broadcast.Subscribe(policy, (_, _) => throw new FormatException());
        using var third = broadcast.Subscribe(policy);
        Assert.True(broadcast.Writer.TryWrite(1));

        var error = Assert.Throws<AggregateException>(() => broadcast.Writer.TryWrite(2));
        Assert.Equal(2, error.InnerExceptions.Count);
        Assert.Equal([2, 2, 2], new[] { first, second, third }.Select(one => Drain(one).Single()));
    }

    [Fact]
    public void Callback_ThatWritesToTheBroadcast_IsOutsideItsLock()
    {
        var broadcast = BroadcastChannel.Create<int>();
        var policy = new BoundedChannelPolicy(1) { FullMode = ChannelFullMode.DropOldest };
        using var only = broadcast.Subscribe(policy, (item, _) => Assert.True(item < 0 || broadcast.Writer.TryWrite(-item)));
        Assert.True(broadcast.Writer.TryWrite(1));
        Assert.True(broadcast.Writer.TryWrite(2));

        // 2 pushed 1 out, whose callback wrote -1 in place of 2, whose callback wrote -2 in place of -1.
        Assert.Equal([-2], Drain(only));
    }

    [Fact]
    public void MeaninglessSubscriptions_AreRefused()
    {
        var broadcast = BroadcastChannel.Create<int>();

        var error = Assert.Throws<ArgumentException>(() => broadcast.Subscribe(s_waits));
        Assert.Contains("waitForSubscribers: true", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => broadcast.Subscribe(s_rejects with { Capacity = 0 }));
        Assert.Equal(0, broadcast.Statistics.Subscribers);
    }

    [Fact]
    public void Subscriptions_WithANameAndAnOrder_AreChannelsLikeAnyOther()
    {
        var broadcast = BroadcastChannel.Create<int>();
        using var newest = broadcast.Subscribe(s_dropsOldest with { Order = ChannelOrder.NewestFirst, Name = "newest" });
        Assert.True(broadcast.Writer.TryWrite(1));
        Assert.True(broadcast.Writer.TryWrite(2));

        Assert.Equal(2, newest.Reader.GetStatistics()!.Value.Depth);
        Assert.Equal("newest", newest.Policy.Name);
        Assert.Equal([2, 1], Drain(newest));
    }

    private static List<T> Drain<T>(BroadcastSubscription<T> subscription)
    {
        var items = new List<T>();
        while (subscription.Reader.TryRead(out var item))
        {
            items.Add(item);
        }

        return items;
    }

    private static async Task<List<int>> ReadAllAsync(BroadcastSubscription<int> subscription)
    {
        var items = new List<int>();
        await foreach (var item in subscription.Reader.ReadAllAsync())
        {
            items.Add(item);
        }

        return items;
    }
}
