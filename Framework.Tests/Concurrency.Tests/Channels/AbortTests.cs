using System.Threading.Channels;
using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

public sealed class AbortTests
{
    [Fact]
    public async Task Abort_WithItemsInside_ReportsEachOnceAndCompletes()
    {
        var reported = new List<(int, DropCause)>();
        var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(3), (item, cause) => reported.Add((item, cause)));
        for (var i = 1; i <= 3; i++)
        {
            Assert.True(channel.Writer.TryWrite(i));
        }

        var pending = channel.Writer.WriteAsync(4).AsTask();
        channel.Abort();
        channel.Abort();
        channel.Dispose();

        Assert.Equal([(1, DropCause.Aborted), (2, DropCause.Aborted), (3, DropCause.Aborted)], reported);
        await Assert.ThrowsAsync<ChannelClosedException>(() => pending.Within("pending write"));
        await channel.Reader.Completion.Within("completion");
        Assert.False(channel.Reader.TryRead(out _));
        Assert.Equal(0, channel.Reader.Count);
        var statistics = channel.Statistics;
        Assert.Equal(3, statistics.Written);
        Assert.Equal(3, statistics.Aborted);
        Assert.Equal(0, statistics.Depth);
        Assert.Equal(0, statistics.WaitingWriters);
    }

    [Fact]
    public async Task Abort_WithAnError_ShowsItToEveryone()
    {
        var channel = BoundedChannel.Create<int>(1);
        var error = new FormatException();
        var read = channel.Reader.ReadAsync().AsTask();
        var wait = channel.Reader.WaitToReadAsync().AsTask();
        channel.Abort(error);

        Assert.Same(error, (await Assert.ThrowsAsync<ChannelClosedException>(() => read.Within("read"))).InnerException);
        Assert.Same(error, await Assert.ThrowsAsync<FormatException>(() => wait.Within("wait")));
        Assert.Same(error, await Assert.ThrowsAsync<FormatException>(() => channel.Reader.Completion.Within("completion")));
        Assert.False(channel.Writer.TryWrite(1));
    }

    [Fact]
    public async Task Abort_AfterComplete_MakesItsErrorKnownIfItemsWereLeftBehind()
    {
        var channel = BoundedChannel.Create<int>(1);
        Assert.True(channel.Writer.TryWrite(1));
        channel.Writer.Complete();
        channel.Abort(new FormatException());

        await Assert.ThrowsAsync<FormatException>(() => channel.Reader.Completion.Within("completion"));
        await Assert.ThrowsAsync<FormatException>(() => channel.Reader.WaitToReadAsync().AsTask());
    }

    [Fact]
    public async Task Abort_AfterTheEnd_ChangesNothing()
    {
        var channel = BoundedChannel.Create<int>(1);
        channel.Writer.Complete();
        channel.Abort(new FormatException());

        await channel.Reader.Completion.Within("completion");
        Assert.False(await channel.Reader.WaitToReadAsync());
    }

    [Fact]
    public void Abort_WithACallbackThatThrows_ReportsAllItemsAndThenThrows()
    {
        var seen = new List<int>();
        var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(3), (item, _) =>
        {
            seen.Add(item);
            throw new FormatException();
        });
        for (var i = 1; i <= 3; i++)
        {
            Assert.True(channel.Writer.TryWrite(i));
        }

        Assert.Equal(3, Assert.Throws<AggregateException>(() => channel.Abort()).InnerExceptions.Count);
        Assert.Equal([1, 2, 3], seen);
        Assert.True(channel.Reader.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public void Abort_LetsItsCallbackUseTheChannelFromAnotherThread()
    {
        BoundedChannel<int>? channel = null;
        channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(1), (_, _) =>
        {
            var other = new Thread(() => _ = channel!.Statistics) { IsBackground = true };
            other.Start();
            Assert.True(other.Join(TimeSpan.FromSeconds(60)), "The channel is locked while its callback runs.");
        });
        Assert.True(channel.Writer.TryWrite(1));

        channel.Abort();
        Assert.Equal(1, channel.Statistics.Aborted);
    }

    [Fact]
    public void Abort_ReleasesTheItems()
    {
        var (channel, item) = Fill();
        channel.Abort();
        for (var i = 0; i < 10 && item.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(item.IsAlive);
        GC.KeepAlive(channel);

        static (BoundedChannel<object>, WeakReference) Fill()
        {
            var channel = BoundedChannel.Create<object>(4);
            var item = new object();
            channel.Writer.TryWrite(item);
            return (channel, new WeakReference(item));
        }
    }
}
