using System.Threading.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

public abstract partial class ChannelConformance
{
    [Fact]
    public async Task WaitToReadAsync_WithAnItem_CompletesAtOnce()
    {
        if (!(Buffers || WaitsWhenFull))
        {
            return;
        }

        var channel = Create();
        var write = channel.Writer.WriteAsync(42);

        var wait = channel.Reader.WaitToReadAsync();
        Assert.True(wait.IsCompletedSuccessfully);
        Assert.True(await wait);
        Assert.True(channel.Reader.TryRead(out var item));
        Assert.Equal(42, item);
        await write.Within("write");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WaitToReadAsync_IsWokenByAWrite(bool cancellable)
    {
        if (!(Buffers || WaitsWhenFull))
        {
            return;
        }

        var channel = Create();
        using var source = new CancellationTokenSource();
        for (var i = 0; i < 3; i++)
        {
            var wait = channel.Reader.WaitToReadAsync(cancellable ? source.Token : default);
            Assert.False(wait.IsCompleted);

            var write = channel.Writer.WriteAsync(i);

            Assert.True(await wait.Within("wait"));
            Assert.True(channel.Reader.TryRead(out var item));
            Assert.Equal(i, item);
            await write.Within("write");
        }
    }

    [Fact]
    public async Task WaitToReadAsync_WakesAllWhoWait()
    {
        if (!(Buffers || WaitsWhenFull))
        {
            return;
        }

        var channel = Create();
        var waits = Enumerable.Range(0, 10).Select(_ => channel.Reader.WaitToReadAsync().AsTask()).ToArray();
        _ = channel.Writer.WriteAsync(1);

        Assert.All(await Task.WhenAll(waits).Within("waits"), Assert.True);
    }

    [Fact]
    public async Task WaitToReadAsync_Cancelled_LeavesTheItemToOthers()
    {
        var channel = Create();
        using var source = new CancellationTokenSource();
        var wait = channel.Reader.WaitToReadAsync(source.Token).AsTask();
        source.Cancel();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.Within("wait"));
        Assert.Equal(source.Token, error.CancellationToken);
        var read = channel.Reader.ReadAsync();
        Assert.True(channel.Writer.TryWrite(7));
        Assert.Equal(7, await read.Within("read"));
    }

    [Fact]
    public async Task WaitToWriteAsync_OfAnEmptyChannel_CompletesAtOnce()
    {
        if (!Buffers)
        {
            return;
        }

        var wait = Create().Writer.WaitToWriteAsync();
        Assert.True(wait.IsCompletedSuccessfully);
        Assert.True(await wait);
    }

    [Fact]
    public async Task WaitToWriteAsync_WithAPendingRead_CompletesAtOnce()
    {
        var channel = Create();
        var read = channel.Reader.ReadAsync();

        var wait = channel.Writer.WaitToWriteAsync();
        Assert.True(wait.IsCompletedSuccessfully);
        Assert.True(await wait);
        Assert.True(channel.Writer.TryWrite(5));
        Assert.Equal(5, await read.Within("read"));
    }

    [Fact]
    public async Task WaitToWriteAsync_IsWokenByARead()
    {
        if (DropsWhenFull)
        {
            return;
        }

        var channel = CreateFull();
        var waits = Enumerable.Range(0, 10).Select(_ => channel.Writer.WaitToWriteAsync().AsTask()).ToArray();
        Assert.All(waits, wait => Assert.False(wait.IsCompleted));

        _ = channel.Reader.ReadAsync();

        Assert.All(await Task.WhenAll(waits).Within("waits"), Assert.True);
        Assert.True(channel.Writer.TryWrite(5));
        Assert.False(channel.Writer.TryWrite(6));
    }

    [Fact]
    public async Task WaitToWriteAsync_Cancelled_ThrowsWithItsToken()
    {
        if (DropsWhenFull)
        {
            return;
        }

        var channel = CreateFull();
        using var source = new CancellationTokenSource();
        var wait = channel.Writer.WaitToWriteAsync(source.Token).AsTask();
        source.Cancel();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.Within("wait"));
        Assert.Equal(source.Token, error.CancellationToken);
    }

    [Fact]
    public async Task ReadAsync_PendingReads_GetItemsInOrderOfArrival()
    {
        var channel = Create();
        var reads = Enumerable.Range(0, 10).Select(_ => channel.Reader.ReadAsync().AsTask()).ToArray();
        for (var i = 0; i < 10; i++)
        {
            Assert.True(channel.Writer.TryWrite(i));
        }

        Assert.Equal(Enumerable.Range(0, 10), await Task.WhenAll(reads).Within("reads"));
    }

    [Fact]
    public async Task ReadAsync_CancelledInTheMiddle_GivesItsTurnToTheNext()
    {
        var channel = Create();
        using var source = new CancellationTokenSource();
        var first = channel.Reader.ReadAsync().AsTask();
        var cancelled = channel.Reader.ReadAsync(source.Token).AsTask();
        var last = channel.Reader.ReadAsync().AsTask();
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Within("cancelled"));

        Assert.True(channel.Writer.TryWrite(1));
        Assert.True(channel.Writer.TryWrite(2));
        Assert.Equal(1, await first.Within("first"));
        Assert.Equal(2, await last.Within("last"));
    }

    [Fact]
    public async Task ReadAsync_CancelledAgainAndAgain_LosesNothing()
    {
        var channel = Create();
        for (var i = 0; i < 10; i++)
        {
            using var source = new CancellationTokenSource();
            var cancelled = channel.Reader.ReadAsync(source.Token).AsTask();
            source.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Within("cancelled"));
            var read = channel.Reader.ReadAsync();
            Assert.True(channel.Writer.TryWrite(i));
            Assert.Equal(i, await read.Within("read"));
        }
    }

    [Fact]
    public async Task WriteAsync_ToAFullChannel_WaitsForItsTurn()
    {
        if (!WaitsWhenFull)
        {
            return;
        }

        var channel = CreateFull();
        Assert.False(channel.Writer.TryWrite(0));
        var writes = Enumerable.Range(1, 10).Select(i => channel.Writer.WriteAsync(i)).ToArray();
        Assert.All(writes, write => Assert.False(write.IsCompleted));
        var read = new List<int>();
        for (var i = 0; i < Capacity + 10; i++)
        {
            read.Add(await channel.Reader.ReadAsync().Within("read"));
        }

        // Of those inside the newest leaves first, yet the writers come in in their order.
        int[] written = [.. Enumerable.Range(1, 10)];
        Assert.Equal(NewestFirst ? [-Capacity, .. written, .. InsideBelow(Capacity).Reverse()] : [.. InsideBelow(Capacity + 1), .. written], read);

        foreach (var write in writes)
        {
            await write.Within("write");
        }
    }

    [Fact]
    public async Task WriteAsync_Cancelled_WasNotWritten()
    {
        if (!WaitsWhenFull)
        {
            return;
        }

        var channel = CreateFull();
        using var source = new CancellationTokenSource();
        var first = channel.Writer.WriteAsync(1).AsTask();
        var cancelled = channel.Writer.WriteAsync(2, source.Token).AsTask();
        var last = channel.Writer.WriteAsync(3).AsTask();
        source.Cancel();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Within("cancelled"));
        Assert.Equal(source.Token, error.CancellationToken);

        var read = new List<int>();
        for (var i = 0; i < Capacity + 2; i++)
        {
            read.Add(await channel.Reader.ReadAsync().Within("read"));
        }

        Assert.Equal(NewestFirst ? [-Capacity, 1, 3, .. InsideBelow(Capacity).Reverse()] : [.. InsideBelow(Capacity + 1), 1, 3], read);
        Assert.False(channel.Reader.TryRead(out _));
        await first.Within("first");
        await last.Within("last");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 4)]
    [InlineData(4, 1)]
    [InlineData(4, 4)]
    public async Task ManyReadersAndWriters_EachItemArrivesOnce(int readers, int writers)
    {
        if (DropsWhenFull || !(Buffers || WaitsWhenFull))
        {
            return;
        }

        const int Items = 5000;
        var channel = Create();
        long sum = 0;
        var next = 0;
        var reading = Enumerable.Range(0, readers).Select(_ => Task.Run(async () =>
        {
            while (await channel.Reader.WaitToReadAsync())
            {
                if (channel.Reader.TryRead(out var item))
                {
                    Interlocked.Add(ref sum, item);
                }
            }
        })).ToArray();
        var writing = Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var item && item <= Items)
            {
                await WriteWaitingAsync(channel.Writer, item);
            }
        })).ToArray();

        await Task.WhenAll(writing).Within("writing");
        channel.Writer.Complete();
        await Task.WhenAll(reading).Within("reading");
        Assert.Equal(Items * (Items + 1L) / 2, sum);
        await channel.Reader.Completion.Within("completion");
    }

    [Fact]
    public async Task TwoChannels_PlayPingPong()
    {
        var there = Create();
        var back = Create();
        var player = Task.Run(async () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                var item = await there.Reader.ReadAsync();
                await WriteToReaderAsync(back.Writer, item + 1);
            }
        });
        for (var i = 0; i < 1000; i++)
        {
            await WriteToReaderAsync(there.Writer, i).Within("write");
            Assert.Equal(i + 1, await back.Reader.ReadAsync().Within("read"));
        }

        await player.Within("player");
    }

    private async Task WriteToReaderAsync(ChannelWriter<int> writer, int item)
    {
        if (WaitsWhenFull || DropsWhenFull)
        {
            await writer.WriteAsync(item);
            return;
        }

        while (!writer.TryWrite(item))
        {
            Assert.True(await writer.WaitToWriteAsync());
        }
    }

    /// <summary>The first items of a full channel, oldest first.</summary>
    private static IEnumerable<int> InsideBelow(int count) => Enumerable.Range(1, count - 1).Select(i => -i);
}
