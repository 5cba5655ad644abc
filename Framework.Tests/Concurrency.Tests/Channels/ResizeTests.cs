using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

public sealed class ResizeTests
{
    [Fact]
    public async Task EV42_GreenPoolResizeUpWakesNobody_OursWakesAllWhoWaitToWrite()
    {
        var channel = BoundedChannel.Create<int>(1);
        Assert.True(channel.Writer.TryWrite(0));
        var waits = new[] { channel.Writer.WaitToWriteAsync(), channel.Writer.WaitToWriteAsync() };

        channel.Resize(2);
        Assert.True(await waits[0].Within("first"));
        Assert.True(await waits[1].Within("second"));
        Assert.True(channel.Writer.TryWrite(1));
        Assert.False(channel.Writer.TryWrite(2));
        Assert.Equal((2, 1), (channel.Capacity, channel.Policy.Capacity));
    }

    [Fact]
    public void EV42_ResizeUp_WritersComeInBeforeThoseWhoOnlyWait()
    {
        var channel = BoundedChannel.Create<int>(1);
        Assert.True(channel.Writer.TryWrite(0));
        var wait = channel.Writer.WaitToWriteAsync();
        var writes = new[] { channel.Writer.WriteAsync(1), channel.Writer.WriteAsync(2) };

        channel.Resize(2);
        Assert.Equal([true, false], writes.Select(write => write.IsCompleted));
        Assert.False(wait.IsCompleted);
        channel.Resize(4);
        Assert.True(writes[1].IsCompleted && wait.IsCompleted);
    }

    [Fact]
    public async Task EV42_ResizeToRendezvous_WhatIsInsideComesFirst()
    {
        var channel = BoundedChannel.Create<int>(2);
        Assert.True(channel.Writer.TryWrite(1));
        Assert.True(channel.Writer.TryWrite(2));
        channel.Resize(0);
        var write = channel.Writer.WriteAsync(3);

        Assert.Equal(1, await channel.Reader.ReadAsync());
        Assert.Equal(2, await channel.Reader.ReadAsync());
        Assert.False(write.IsCompleted);
        Assert.True(await channel.Reader.WaitToReadAsync());
        Assert.True(channel.Reader.TryRead(out var item));
        Assert.Equal(3, item);
        await write.Within("write");
    }

    [Theory]
    [InlineData(ChannelFullMode.DropOldest, new[] { 2, 3, 9 })]
    [InlineData(ChannelFullMode.DropNewest, new[] { 1, 2, 9 })]
    [InlineData(ChannelFullMode.DropWrite, new[] { 1, 2, 3 })]
    public void EV42_ResizeDown_DropsNothingAndAWriteToTheExcessDropsOne(ChannelFullMode mode, int[] expected)
    {
        var lost = new List<int>();
        var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(3) { FullMode = mode }, (item, _) => lost.Add(item));
        for (var i = 1; i <= 3; i++)
        {
            Assert.True(channel.Writer.TryWrite(i));
        }

        channel.Resize(1);
        Assert.Empty(lost);
        Assert.Equal(3, channel.Reader.Count);
        Assert.True(channel.Writer.TryWrite(9));
        Assert.Single(lost);
        foreach (var item in expected)
        {
            Assert.True(channel.Reader.TryRead(out var read));
            Assert.Equal(item, read);
        }
    }

    [Fact]
    public async Task EV42_ResizeUp_OfAConflatingChannel_AdmitsItsWriters()
    {
        var channel = BoundedChannel.CreateConflating(1, (int item) => item % 10, (waiting, written) => waiting + written);
        Assert.True(channel.Writer.TryWrite(1));
        var other = channel.Writer.WriteAsync(2);
        var third = channel.Writer.WriteAsync(3);

        channel.Resize(3);
        await other.Within("other");
        await third.Within("third");
        Assert.Equal(3, channel.Reader.Count);
    }

    [Fact]
    public void EV42_Resize_OfAClosedChannel_ChangesNothingElse()
    {
        var channel = BoundedChannel.Create<int>(2);
        Assert.True(channel.Writer.TryWrite(1));
        channel.Writer.Complete();

        channel.Resize(1);
        Assert.False(channel.Writer.TryWrite(2));
        Assert.False(channel.Reader.Completion.IsCompleted);
        Assert.True(channel.Reader.TryRead(out _));
        Assert.True(channel.Reader.Completion.IsCompleted);
        channel.Resize(5);
    }

    [Fact]
    public void EV42_Resize_ToWhatTheChannelCouldNotBe_IsRefusedAndChangesNothing()
    {
        var plain = BoundedChannel.Create<int>(2);
        var dropping = BoundedChannel.Create<int>(new BoundedChannelPolicy(2) { FullMode = ChannelFullMode.DropOldest });
        var ranked = BoundedChannel.CreatePrioritized(2, (int item) => item);
        var keyed = BoundedChannel.CreateConflating(2, (int item) => item);

        Assert.Throws<ArgumentOutOfRangeException>(() => plain.Resize(-1));
        Assert.Throws<ArgumentException>(() => dropping.Resize(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ranked.Resize(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => keyed.Resize(0));
        Assert.Equal([2, 2, 2, 2], new[] { plain.Capacity, dropping.Capacity, ranked.Capacity, keyed.Capacity });
    }
}
