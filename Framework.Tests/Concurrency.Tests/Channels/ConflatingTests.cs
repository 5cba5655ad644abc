using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

public sealed class ConflatingTests
{
    [Fact]
    public void Write_ForAWaitingKey_ReplacesTheItemInItsPlace()
    {
        using var channel = BoundedChannel.CreateConflating<(string Key, int Value), string>(3, item => item.Key);
        Assert.True(channel.Writer.TryWrite(("a", 1)));
        Assert.True(channel.Writer.TryWrite(("b", 2)));
        Assert.True(channel.Writer.TryWrite(("a", 3)));

        Assert.Equal(2, channel.Reader.Count);
        Assert.True(channel.Reader.TryRead(out var first));
        Assert.Equal(("a", 3), first);
        Assert.True(channel.Writer.TryWrite(("a", 4)));
        Assert.True(channel.Reader.TryRead(out var second));
        Assert.Equal(("b", 2), second);
        Assert.True(channel.Reader.TryRead(out var third));
        Assert.Equal(("a", 4), third);
        var statistics = channel.Statistics;
        Assert.Equal((4, 3, 1, 0), (statistics.Written, statistics.Read, statistics.Conflated, statistics.Depth));
    }

    [Fact]
    public void Write_WithAMerge_CombinesTheItemsInOrder()
    {
        using var channel = BoundedChannel.CreateConflating<string, char>(3, item => item[0], (waiting, written) => waiting + written[1..]);
        foreach (var item in new[] { "a1", "b1", "a2", "a3" })
        {
            Assert.True(channel.Writer.TryWrite(item));
        }

        Assert.True(channel.Reader.TryRead(out var merged));
        Assert.Equal("a123", merged);
    }

    [Fact]
    public async Task Write_ForANewKeyWhenFull_WaitsAndIsServedInOrder()
    {
        using var channel = BoundedChannel.CreateConflating<int, int>(2, item => item / 10);
        Assert.True(channel.Writer.TryWrite(10));
        Assert.True(channel.Writer.TryWrite(20));

        Assert.False(channel.Writer.TryWrite(30));
        Assert.True(channel.Writer.TryWrite(11));
        var third = channel.Writer.WriteAsync(30);
        var fourth = channel.Writer.WriteAsync(40);
        var again = channel.Writer.WriteAsync(31);
        var room = channel.Writer.WaitToWriteAsync();
        Assert.Equal(4, channel.Statistics.WaitingWriters);

        Assert.Equal(11, await channel.Reader.ReadAsync());
        await third.Within("third");
        Assert.False(fourth.IsCompleted);
        Assert.Equal(20, await channel.Reader.ReadAsync());
        await fourth.Within("fourth");
        await again.Within("again, which needs no room");
        Assert.False(room.IsCompleted);
        Assert.Equal(31, await channel.Reader.ReadAsync());
        Assert.True(await room.Within("room"));
        Assert.Equal(40, await channel.Reader.ReadAsync());
        Assert.False(channel.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Write_CancelledAtTheHead_LetsTheNextInThatNeedsNoRoom()
    {
        using var channel = BoundedChannel.CreateConflating<int, int>(1, item => item / 10);
        using var source = new CancellationTokenSource();
        Assert.True(channel.Writer.TryWrite(10));
        var first = channel.Writer.WriteAsync(20);
        var head = channel.Writer.WriteAsync(30, source.Token).AsTask();
        var next = channel.Writer.WriteAsync(21);
        Assert.Equal(10, await channel.Reader.ReadAsync());
        await first.Within("first");

        source.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => head.Within("head"));
        await next.Within("next");
        Assert.Equal(21, await channel.Reader.ReadAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OnUndelivered_GetsTheItemThatLostItsPlace(bool mergeKeepsTheWaitingObject)
    {
        var lost = new List<(string, DropCause)>();
        using var channel = BoundedChannel.CreateConflating<string, char>(
            new BoundedChannelPolicy(2),
            item => item[0],
            mergeKeepsTheWaitingObject ? (waiting, _) => waiting : null,
            (item, cause) => lost.Add((item, cause)));
        Assert.True(channel.Writer.TryWrite("a1"));
        Assert.True(channel.Writer.TryWrite("a2"));

        Assert.Equal([(mergeKeepsTheWaitingObject ? "a2" : "a1", DropCause.Conflated)], lost);
    }

    [Fact]
    public void Merge_RunsOutsideTheLockAndStartsOverWhenTheItemWasRead()
    {
        BoundedChannel<string>? channel = null;
        var merges = 0;
        channel = BoundedChannel.CreateConflating<string, char>(2, item => item[0], (waiting, written) =>
        {
            merges++;
            if (merges == 1)
            {
                // Reads the item that is being merged: the lock is free, and the merge comes to nothing.
                var other = new Thread(() => Assert.True(channel!.Reader.TryRead(out _))) { IsBackground = true };
                other.Start();
                Assert.True(other.Join(TimeSpan.FromSeconds(60)), "The channel is locked while a merge runs.");
            }

            return waiting + written;
        });
        Assert.True(channel.Writer.TryWrite("a1"));
        Assert.True(channel.Writer.TryWrite("a2"));

        Assert.Equal(1, merges);
        Assert.True(channel.Reader.TryRead(out var item));
        Assert.Equal("a2", item);
        Assert.Equal(0, channel.Statistics.Conflated);
    }

    [Fact]
    public async Task Merge_ForAWaitingWriter_RunsWhenItsTurnComes()
    {
        using var channel = BoundedChannel.CreateConflating<string, char>(1, item => item[0], (waiting, written) => waiting + written);
        Assert.True(channel.Writer.TryWrite("a"));
        var first = channel.Writer.WriteAsync("b1");
        var second = channel.Writer.WriteAsync("b2");
        Assert.True(channel.Reader.TryRead(out _));

        await first.Within("first");
        await second.Within("second");
        Assert.Equal("b1b2", await channel.Reader.ReadAsync());
    }

    [Fact]
    public async Task Merge_ThatThrowsForAWaitingWriter_FailsThatWriterOnly()
    {
        using var channel = BoundedChannel.CreateConflating<string, char>(1, item => item[0], (_, _) => throw new FormatException());
        Assert.True(channel.Writer.TryWrite("a"));
        var first = channel.Writer.WriteAsync("b1");
        var second = channel.Writer.WriteAsync("b2").AsTask();
        var third = channel.Writer.WriteAsync("c").AsTask();
        Assert.Equal("a", await channel.Reader.ReadAsync());

        await first.Within("first");
        await Assert.ThrowsAsync<FormatException>(() => second.Within("second"));
        Assert.Equal("b1", await channel.Reader.ReadAsync());
        await third.Within("third");
    }

    [Fact]
    public void Merge_ThatThrows_ReachesTheWriterAndNothingWasWritten()
    {
        using var channel = BoundedChannel.CreateConflating<string, char>(1, item => item[0], (_, _) => throw new FormatException());
        Assert.True(channel.Writer.TryWrite("a1"));

        Assert.Throws<FormatException>(() => channel.Writer.TryWrite("a2"));
        Assert.Equal(1, channel.Statistics.Written);
        Assert.True(channel.Reader.TryRead(out var item));
        Assert.Equal("a1", item);
    }

    [Theory]
    [InlineData(ChannelFullMode.DropNewest, new[] { 10, 30 }, 21)]
    [InlineData(ChannelFullMode.DropOldest, new[] { 21, 30 }, 10)]
    [InlineData(ChannelFullMode.DropWrite, new[] { 10, 21 }, 30)]
    public async Task DropModes_ApplyToNewKeysOnly(ChannelFullMode mode, int[] kept, int dropped)
    {
        var lost = new List<int>();
        using var channel = BoundedChannel.CreateConflating<int, int>(
            new BoundedChannelPolicy(2) { FullMode = mode }, item => item / 10, null, (item, _) => lost.Add(item));
        foreach (var item in new[] { 10, 20, 21, 30 })
        {
            Assert.True(channel.Writer.TryWrite(item));
        }

        Assert.Equal([20, dropped], lost);
        var read = new int[3];
        Assert.Equal(2, await channel.Reader.ReadBatchAsync(read, TimeSpan.Zero));
        Assert.Equal(kept, read[..2]);

        // The key of a dropped item is new again.
        Assert.True(channel.Writer.TryWrite(dropped));
        Assert.Equal(1, channel.Reader.Count);
    }

    [Fact]
    public void DropNewest_AtCapacityOne_KeepsKeysAndItemsTogether()
    {
        using var channel = BoundedChannel.CreateConflating<int, int>(new BoundedChannelPolicy(1) { FullMode = ChannelFullMode.DropNewest }, item => item / 10);
        for (var i = 10; i < 100; i += 5)
        {
            Assert.True(channel.Writer.TryWrite(i));
        }

        Assert.True(channel.Reader.TryRead(out var item));
        Assert.Equal(95, item);
    }

    [Fact]
    public async Task Reject_RefusesNewKeysWhenFull()
    {
        using var channel = BoundedChannel.CreateConflating<int, int>(new BoundedChannelPolicy(1) { FullMode = ChannelFullMode.Reject }, item => item / 10);
        Assert.True(channel.Writer.TryWrite(10));
        Assert.True(channel.Writer.TryWrite(11));

        Assert.False(channel.Writer.TryWrite(20));
        await Assert.ThrowsAsync<ChannelFullException>(async () => await channel.Writer.WriteAsync(20));
        Assert.Equal(2, channel.Statistics.Rejected);
    }

    [Fact]
    public async Task ReadBatchAsync_TakesMoreThanTheWaitingWriterNeeds_WakesThoseWhoWaitForRoom()
    {
        using var channel = BoundedChannel.CreateConflating<int, int>(2, item => item);
        Assert.True(channel.Writer.TryWrite(1));
        Assert.True(channel.Writer.TryWrite(2));
        var write = channel.Writer.WriteAsync(3).AsTask();
        var room = channel.Writer.WaitToWriteAsync().AsTask();

        Assert.Equal(2, await channel.Reader.ReadBatchAsync(new int[2], TimeSpan.Zero));

        await write.Within("the write");
        Assert.True(await room.Within("the wait for room"));
        Assert.Equal(1, channel.Reader.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OnUndelivered_ThrowsWhileAWriterIsAdmitted_FailsThatWriteAndNobodyElse(bool merges)
    {
        var lost = new List<string>();
        using var channel = BoundedChannel.CreateConflating<string, char>(
            new BoundedChannelPolicy(1),
            item => item[0],
            merges ? (_, written) => written : null,
            (item, _) =>
            {
                lost.Add(item);
                if (item == "b1")
                {
                    throw new FormatException("b1 is lost");
                }
            });
        Assert.True(channel.Writer.TryWrite("a1"));
        var writes = new[] { "b1", "b2", "b3" }.Select(item => channel.Writer.WriteAsync(item).AsTask()).ToArray();

        Assert.True(channel.Reader.TryRead(out var read));

        Assert.Equal("a1", read);
        await writes[0].Within("the write of b1");
        await Assert.ThrowsAsync<FormatException>(() => writes[1]).Within("the write of b2");
        await writes[2].Within("the write of b3");
        Assert.Equal(["b1", "b2"], lost);
        Assert.True(channel.Reader.TryRead(out read));
        Assert.Equal("b3", read);
        Assert.Equal((4, 2, 2), (channel.Statistics.Written, channel.Statistics.Read, channel.Statistics.Conflated));
    }
}
