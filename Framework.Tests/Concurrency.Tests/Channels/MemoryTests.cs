using System.Threading.Channels;
using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

/// <summary>Promises 2 and 6: a cancelled waiter frees its memory, and an item costs none.</summary>
/// <remarks>Bytes are counted for the whole process, so nothing else may run at the same time.</remarks>
[Collection(RunsAlone.Name)]
public sealed class MemoryTests : IClassFixture<MachineLock>
{
    [Theory]
    [InlineData("read")]
    [InlineData("wait to read")]
    [InlineData("write")]
    [InlineData("wait to write")]
    public async Task MillionCancelledWaits_LeaveAFlatHeap(string wait)
    {
        var channel = BoundedChannel.Create<int>(1);
        if (wait.Contains("write", StringComparison.Ordinal))
        {
            Assert.True(channel.Writer.TryWrite(0));
        }

        using var forever = new CancellationTokenSource();

        // One waiter stays in front, so that a queue that forgot to unlink the others would keep them all.
        var first = Begin(wait, channel, forever.Token);
        CancelMany(wait, channel, 1000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        CancelMany(wait, channel, 1_000_000);
        var after = GC.GetTotalMemory(forceFullCollection: true);

        Assert.InRange(after - before, long.MinValue, 200_000);
        Assert.False(first.IsCompleted);
        Assert.Equal(1, channel.Statistics.WaitingReaders + channel.Statistics.WaitingWriters);
        await forever.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Within("first"));
    }

    [Fact]
    public async Task ManyCancelledSelects_LeaveAFlatHeap()
    {
        var channel = BoundedChannel.Create<int>(1);
        var other = BoundedChannel.Create<int>(1);
        var select = new Select<int>().On(channel.Reader, item => item).On(other.Reader, item => item);
        var first = channel.Reader.ReadAsync();
        var before = 0L;
        for (var i = 0; i < 50_000; i++)
        {
            if (i == 1000)
            {
                before = GC.GetTotalMemory(forceFullCollection: true);
            }

            using var source = new CancellationTokenSource();
            var taken = select.TakeAsync(source.Token).AsTask();
            await source.CancelAsync();
            await ((Task)taken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            Assert.True(taken.IsCanceled);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 200_000);
        Assert.Equal((1, 0), (channel.Statistics.WaitingReaders, other.Statistics.WaitingReaders));
        Assert.False(first.IsCompleted);
    }

    [Fact]
    public async Task OneLongToken_OverManyWaits_IsNotBurdened()
    {
        var channel = BoundedChannel.Create<int>(1);
        using var source = new CancellationTokenSource();
        var before = 0L;
        for (var i = 0; i < 200_000; i++)
        {
            if (i == 1000)
            {
                before = GC.GetTotalMemory(forceFullCollection: true);
            }

            var read = channel.Reader.ReadAsync(source.Token);
            Assert.True(channel.Writer.TryWrite(i));
            Assert.Equal(i, await read);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 200_000);
    }

    [Fact]
    public void SameThread_CostsNoBytesPerItem()
    {
        var channel = BoundedChannel.Create<object>(64);
        var item = new object();
        var buffer = new object[16];
        Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            Round();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Round()
        {
            for (var i = 0; i < 16; i++)
            {
                channel.Writer.TryWrite(item);
            }

            channel.Reader.TryRead(out _);
            Assert.True(channel.Reader.ReadAsync().IsCompletedSuccessfully);
            var taken = channel.Reader.ReadBatchAsync(buffer, TimeSpan.Zero);
            Assert.True(taken.IsCompletedSuccessfully);
        }
    }

    [Theory]
    [InlineData("read", 1)]
    [InlineData("read", 64)]
    [InlineData("wait", 1)]
    [InlineData("wait", 64)]
    [InlineData("all", 8)]
#if !DEBUG
    // The compiler makes the state machines of async methods classes in debug builds.
    [InlineData("batch", 8)]
    [InlineData("select", 8)]
#endif
    public async Task WaitingReadersAndWriters_CostNoBytesPerItem(string kind, int capacity)
    {
        const int Rounds = 5;
        const int Items = 40_000;
        var channel = BoundedChannel.Create<int>(capacity);
        using var source = new CancellationTokenSource();
        var reading = Task.Run(() => ReadAsync(kind, channel.Reader, source.Token));
        await WriteAsync(channel.Writer, Items).Within("warm-up");
        var least = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await WriteAsync(channel.Writer, Items).Within("writing");
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Items);
        }

        channel.Writer.Complete();
        Assert.Equal((Rounds + 1) * Items, await reading.Within("reading"));

        // The test's own tasks, new pool threads and tiered compilation allocate now and then; what an item costs shows in each round.
        Assert.InRange(least, 0, 0.1);
    }

    private static async Task WriteAsync(ChannelWriter<int> writer, int items)
    {
        await Task.Yield();
        for (var i = 0; i < items; i++)
        {
            await writer.WriteAsync(i);
        }
    }

    private static async Task<int> ReadAsync(string kind, ChannelReader<int> reader, CancellationToken token)
    {
        var count = 0;
        var buffer = new int[16];
        var select = new Select<int>().On(reader, item => item);
        try
        {
            while (true)
            {
                switch (kind)
                {
                    case "read":
                        await reader.ReadAsync(token);
                        count++;
                        break;
                    case "wait":
                        if (!await reader.WaitToReadAsync(token))
                        {
                            return count;
                        }

                        count += reader.TryRead(out _) ? 1 : 0;
                        break;
                    case "batch":
                        var taken = await reader.ReadBatchAsync(buffer, TimeSpan.Zero, token);
                        if (taken == 0)
                        {
                            return count;
                        }

                        count += taken;
                        break;
                    case "select":
                        await select.TakeAsync(token);
                        count++;
                        break;
                    default:
                        await foreach (var item in reader.ReadAllAsync(token))
                        {
                            count++;
                        }

                        return count;
                }
            }
        }
        catch (ChannelClosedException)
        {
            return count;
        }
    }

    private static void CancelMany(string wait, BoundedChannel<int> channel, int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var source = new CancellationTokenSource();

            // Looking is enough: a million exceptions would only show what exceptions cost.
            switch (wait)
            {
                case "read":
                    var read = channel.Reader.ReadAsync(source.Token);
                    source.Cancel();
                    Assert.True(read.IsCanceled);
                    break;
                case "wait to read":
                    var waitToRead = channel.Reader.WaitToReadAsync(source.Token);
                    source.Cancel();
                    Assert.True(waitToRead.IsCanceled);
                    break;
                case "write":
                    var write = channel.Writer.WriteAsync(1, source.Token);
                    source.Cancel();
                    Assert.True(write.IsCanceled);
                    break;
                case "wait to write":
                    var waitToWrite = channel.Writer.WaitToWriteAsync(source.Token);
                    source.Cancel();
                    Assert.True(waitToWrite.IsCanceled);
                    break;
            }
        }
    }

    private static Task Begin(string wait, BoundedChannel<int> channel, CancellationToken token) => wait switch
    {
        "wait to read" => channel.Reader.WaitToReadAsync(token).AsTask(),
        "write" => channel.Writer.WriteAsync(1, token).AsTask(),
        "wait to write" => channel.Writer.WaitToWriteAsync(token).AsTask(),
        _ => channel.Reader.ReadAsync(token).AsTask(),
    };
}
