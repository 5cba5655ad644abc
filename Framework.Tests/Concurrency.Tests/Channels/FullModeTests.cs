using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

public sealed class FullModeTests
{
    [Theory]
    [InlineData(ChannelFullMode.DropNewest, new[] { 1, 2, 5 }, new[] { 3, 4 }, DropCause.Newest)]
    [InlineData(ChannelFullMode.DropOldest, new[] { 3, 4, 5 }, new[] { 1, 2 }, DropCause.Oldest)]
    [InlineData(ChannelFullMode.DropWrite, new[] { 1, 2, 3 }, new[] { 4, 5 }, DropCause.Write)]
    public async Task DropModes_WhenFull_DropOneItemPerWriteAndReportIt(ChannelFullMode mode, int[] kept, int[] dropped, DropCause cause)
    {
        var reported = new List<(int, DropCause)>();
        using var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(3) { FullMode = mode }, (item, why) => reported.Add((item, why)));
        for (var i = 1; i <= 4; i++)
        {
            Assert.True(channel.Writer.TryWrite(i));
        }

        var write = channel.Writer.WriteAsync(5);
        Assert.True(write.IsCompletedSuccessfully);
        await write;

        Assert.Equal(dropped.Select(item => (item, cause)), reported);
        var statistics = channel.Statistics;
        Assert.Equal(5, statistics.Written);
        Assert.Equal(2, statistics.Dropped);
        Assert.Equal(3, statistics.Depth);
        Assert.Equal(3, statistics.HighWater);
        channel.Writer.Complete();
        Assert.Equal(kept, await channel.Reader.ReadAllAsync().ToListAsync());
        Assert.Equal(2, reported.Count);
        Assert.Equal(3, channel.Statistics.Read);
    }

    [Theory]
    [InlineData(ChannelFullMode.DropNewest)]
    [InlineData(ChannelFullMode.DropOldest)]
    [InlineData(ChannelFullMode.DropWrite)]
    public async Task DropModes_WithAWaitingReader_DropNothing(ChannelFullMode mode)
    {
        using var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(1) { FullMode = mode }, (_, _) => Assert.Fail("Nothing was dropped."));
        for (var i = 0; i < 5; i++)
        {
            var read = channel.Reader.ReadAsync();
            Assert.True(channel.Writer.TryWrite(i));
            Assert.Equal(i, await read.Within("read"));
        }

        Assert.Equal(0, channel.Statistics.Dropped);
    }

    [Theory]
    [InlineData(ChannelFullMode.DropNewest)]
    [InlineData(ChannelFullMode.DropOldest)]
    [InlineData(ChannelFullMode.DropWrite)]
    public void OnUndelivered_RunsOutsideTheLock(ChannelFullMode mode)
    {
        BoundedChannel<int>? channel = null;
        var calls = 0;
        channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(1) { FullMode = mode }, (_, _) =>
        {
            if (calls++ == 0)
            {
                // Another thread can use the channel while the callback runs.
                var other = new Thread(() => channel!.Writer.TryWrite(9)) { IsBackground = true };
                other.Start();
                Assert.True(other.Join(TimeSpan.FromSeconds(60)), "The channel is locked while its callback runs.");
            }
        });

        Assert.True(channel.Writer.TryWrite(1));
        Assert.True(channel.Writer.TryWrite(2));
        Assert.Equal(2, calls);
    }

    [Fact]
    public void OnUndelivered_ThatThrows_ReachesTheWriterAndLeavesTheChannelWhole()
    {
        using var channel = BoundedChannel.Create<int>(
            new BoundedChannelPolicy(1) { FullMode = ChannelFullMode.DropOldest }, (_, _) => throw new FormatException());
        Assert.True(channel.Writer.TryWrite(1));

        Assert.Throws<FormatException>(() => channel.Writer.TryWrite(2));

        Assert.True(channel.Reader.TryRead(out var item));
        Assert.Equal(2, item);
        Assert.Equal(1, channel.Statistics.DroppedOldest);
    }

    [Fact]
    public async Task Reject_WhenFull_RefusesWritesAndLetsWaitersWait()
    {
        using var channel = BoundedChannel.Create<int>(
            new BoundedChannelPolicy(2) { FullMode = ChannelFullMode.Reject, Name = "orders" }, (_, cause) => Assert.Equal(DropCause.Aborted, cause));
        Assert.True(channel.Writer.TryWrite(1));
        await channel.Writer.WriteAsync(2);

        Assert.False(channel.Writer.TryWrite(3));
        var refused = await Assert.ThrowsAsync<ChannelFullException>(async () => await channel.Writer.WriteAsync(4));
        Assert.Contains("'orders' holds 2 items", refused.Message, StringComparison.Ordinal);
        var wait = channel.Writer.WaitToWriteAsync();
        Assert.False(wait.IsCompleted);
        Assert.Equal(2, channel.Statistics.Rejected);
        Assert.Equal(2, channel.Statistics.Written);

        Assert.True(channel.Reader.TryRead(out _));
        Assert.True(await wait.Within("wait"));
        Assert.True(channel.Writer.TryWrite(5));
    }

    [Fact]
    public async Task Reject_AtARendezvous_HandsOverOnlyToAWaitingReader()
    {
        using var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(0) { FullMode = ChannelFullMode.Reject });
        Assert.False(channel.Writer.TryWrite(1));
        await Assert.ThrowsAsync<ChannelFullException>(async () => await channel.Writer.WriteAsync(1));

        var read = channel.Reader.ReadAsync();
        await channel.Writer.WriteAsync(2);
        Assert.Equal(2, await read.Within("read"));
    }

    [Fact]
    public async Task WaitToReadAsync_AtARendezvous_CompletesOnlyForAPendingWrite()
    {
        using var channel = BoundedChannel.Create<int>(0);
        var wait = channel.Reader.WaitToReadAsync();
        Assert.False(channel.Writer.TryWrite(1));
        _ = channel.Writer.WaitToWriteAsync();
        Assert.False(wait.IsCompleted);

        var write = channel.Writer.WriteAsync(2);
        Assert.True(await wait.Within("wait"));
        Assert.False(write.IsCompleted);
        Assert.True(channel.Reader.TryRead(out var item));
        Assert.Equal(2, item);
        await write.Within("write");
        Assert.Equal(1, channel.Statistics.Read);
        Assert.Equal(0, channel.Statistics.HighWater);
    }

    [Theory]
    [InlineData(ChannelFullMode.DropNewest)]
    [InlineData(ChannelFullMode.DropOldest)]
    [InlineData(ChannelFullMode.DropWrite)]
    public void DropModes_AtARendezvous_AreRefusedAtCreation(ChannelFullMode mode)
    {
        var error = Assert.Throws<ArgumentException>(() => BoundedChannel.Create<int>(new BoundedChannelPolicy(0) { FullMode = mode }));

        Assert.Contains($"capacity 0 cannot use {mode}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Policy_WithValuesThatMeanNothing_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BoundedChannelPolicy(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BoundedChannelPolicy(1) { FullMode = (ChannelFullMode)5 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new BoundedChannelPolicy(1) { FullMode = (ChannelFullMode)(-1) });
        Assert.Throws<ArgumentException>(() => new BoundedChannelPolicy(1) { Name = " " });
        Assert.Throws<ArgumentOutOfRangeException>(() => BoundedChannel.Create<int>(-1));
        Assert.Throws<ArgumentNullException>(() => BoundedChannel.Create<int>(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => BoundedChannel.CreateConflating<int, int>(0, item => item));
        Assert.Throws<ArgumentNullException>(() => BoundedChannel.CreateConflating<int, int>(1, null!));
    }

    [Fact]
    public void Create_WithTheGreatestCapacity_ReservesNothing()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var channel = BoundedChannel.Create<long>(int.MaxValue);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(channel.Writer.TryWrite(i));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(channel.Reader.TryRead(out var item));
            Assert.Equal(i, item);
        }
    }

#if DEBUG
    [Fact]
    public void SingleReader_BrokenInADebugBuild_Throws()
    {
        using var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(1) { SingleReader = true });
        _ = channel.Reader.ReadAsync();

        Assert.Contains("second reader", Assert.Throws<InvalidOperationException>(() => { _ = channel.Reader.ReadAsync(); }).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => { _ = channel.Reader.WaitToReadAsync(); });
    }

    [Fact]
    public void SingleWriter_BrokenInADebugBuild_Throws()
    {
        using var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(1) { SingleWriter = true });
        Assert.True(channel.Writer.TryWrite(1));
        _ = channel.Writer.WriteAsync(2);

        Assert.Contains("second writer", Assert.Throws<InvalidOperationException>(() => { _ = channel.Writer.WriteAsync(3); }).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => { _ = channel.Writer.WaitToWriteAsync(); });
    }
#endif
}
