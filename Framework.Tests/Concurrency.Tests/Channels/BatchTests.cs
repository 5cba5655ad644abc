using System.Threading.Channels;
using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

public abstract class BatchConformance
{
    protected abstract Channel<int> Create(int capacity);

    [Fact]
    public async Task ReadBatchAsync_WithItems_TakesWhatIsThere()
    {
        var channel = Create(8);
        for (var i = 0; i < 5; i++)
        {
            Assert.True(channel.Writer.TryWrite(i));
        }

        var buffer = new int[8];
        var batch = channel.Reader.ReadBatchAsync(buffer, TimeSpan.Zero);
        Assert.True(batch.IsCompletedSuccessfully);
        Assert.Equal(5, await batch);
        Assert.Equal([0, 1, 2, 3, 4, 0, 0, 0], buffer);
    }

    [Fact]
    public async Task ReadBatchAsync_IntoASmallBuffer_LeavesTheRest()
    {
        var channel = Create(8);
        for (var i = 0; i < 8; i++)
        {
            Assert.True(channel.Writer.TryWrite(i));
        }

        var buffer = new int[3];
        Assert.Equal(3, await channel.Reader.ReadBatchAsync(buffer, Timeout.InfiniteTimeSpan));
        Assert.Equal([0, 1, 2], buffer);
        Assert.Equal(5, channel.Reader.Count);
    }

    [Fact]
    public async Task ReadBatchAsync_WaitsForTheFirstItem()
    {
        var channel = Create(8);
        var buffer = new int[3];
        var batch = channel.Reader.ReadBatchAsync(buffer, TimeSpan.Zero);
        Assert.False(batch.IsCompleted);
        Assert.True(channel.Writer.TryWrite(7));

        Assert.Equal(1, await batch.Within("batch"));
        Assert.Equal(7, buffer[0]);
    }

    [Fact]
    public async Task ReadBatchAsync_OfACompletedChannel_ReturnsZero()
    {
        var channel = Create(8);
        var batch = channel.Reader.ReadBatchAsync(new int[3], TimeSpan.FromSeconds(1));
        channel.Writer.Complete();

        Assert.Equal(0, await batch.Within("batch"));
        Assert.Equal(0, await channel.Reader.ReadBatchAsync(new int[3], TimeSpan.Zero));
    }

    [Fact]
    public async Task ReadBatchAsync_OfAFailedChannel_ThrowsItsError()
    {
        var channel = Create(8);
        channel.Writer.Complete(new FormatException());

        await Assert.ThrowsAsync<FormatException>(async () => await channel.Reader.ReadBatchAsync(new int[3], TimeSpan.Zero));
    }

    [Fact]
    public async Task ReadBatchAsync_WhenTheChannelFailsInBetween_DeliversWhatItTook()
    {
        var channel = Create(8);
        Assert.True(channel.Writer.TryWrite(1));
        var buffer = new int[3];
        var batch = channel.Reader.ReadBatchAsync(buffer, Timeout.InfiniteTimeSpan);
        Assert.False(batch.IsCompleted);
        channel.Writer.Complete(new FormatException());

        Assert.Equal(1, await batch.Within("batch"));
        await Assert.ThrowsAsync<FormatException>(async () => await channel.Reader.ReadBatchAsync(buffer, TimeSpan.Zero));
    }

    [Fact]
    public async Task ReadBatchAsync_CancelledBeforeTheFirstItem_TookNothing()
    {
        var channel = Create(8);
        using var source = new CancellationTokenSource();
        var batch = channel.Reader.ReadBatchAsync(new int[3], TimeSpan.FromSeconds(1), source.Token).AsTask();
        source.Cancel();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => batch.Within("batch"));
        Assert.Equal(source.Token, error.CancellationToken);
        Assert.True(channel.Writer.TryWrite(1));
        Assert.Equal(1, channel.Reader.Count);
        Assert.True(channel.Reader.ReadBatchAsync(new int[3], TimeSpan.Zero, source.Token).IsCanceled);
        Assert.Equal(1, channel.Reader.Count);
    }

    [Fact]
    public async Task ReadBatchAsync_CancelledAfterTheFirstItem_DeliversWhatItTook()
    {
        var channel = Create(8);
        using var source = new CancellationTokenSource();
        Assert.True(channel.Writer.TryWrite(1));
        var buffer = new int[3];
        var batch = channel.Reader.ReadBatchAsync(buffer, Timeout.InfiniteTimeSpan, source.Token);
        Assert.False(batch.IsCompleted);
        source.Cancel();

        Assert.Equal(1, await batch.Within("batch"));
        Assert.Equal(1, buffer[0]);
    }

    [Fact]
    public void ReadBatchAsync_WaitsUpToTheGivenTimeForMore() => Explore.Seeds(50, async executor =>
    {
        var channel = Create(8);
        var clock = executor.TimeProvider;
        var buffer = new int[3];
        var start = clock.GetTimestamp();
        var batch = channel.Reader.ReadBatchAsync(buffer, TimeSpan.FromSeconds(2));
        await Task.Delay(TimeSpan.FromSeconds(10), clock);
        Assert.True(channel.Writer.TryWrite(1));
        await Task.Delay(TimeSpan.FromSeconds(1), clock);
        Assert.True(channel.Writer.TryWrite(2));

        Assert.Equal(2, await batch);
        Assert.Equal(TimeSpan.FromSeconds(12), clock.GetElapsedTime(start));

        batch = channel.Reader.ReadBatchAsync(buffer, TimeSpan.FromSeconds(2));
        for (var i = 0; i < 3; i++)
        {
            Assert.True(channel.Writer.TryWrite(i));
        }

        Assert.Equal(3, await batch);
        Assert.Equal(TimeSpan.FromSeconds(12), clock.GetElapsedTime(start));
    });

    [Fact]
    public void ReadBatchAsync_WithArgumentsThatMeanNothing_Throws()
    {
        var reader = Create(8).Reader;

        Assert.Throws<ArgumentException>(() => { _ = reader.ReadBatchAsync(Memory<int>.Empty, TimeSpan.Zero); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = reader.ReadBatchAsync(new int[1], TimeSpan.FromSeconds(-2)); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = reader.ReadBatchAsync(new int[1], TimeSpan.FromDays(50)); });
        Assert.Throws<ArgumentNullException>(() => { _ = ((ChannelReader<int>)null!).ReadBatchAsync(new int[1], TimeSpan.Zero); });
    }
}

public sealed class BoundedChannelBatchTests : BatchConformance
{
    protected override Channel<int> Create(int capacity) => BoundedChannel.Create<int>(capacity);

    [Fact]
    public async Task ReadBatchAsync_TakesTheItemsOfWaitingWritersToo()
    {
        using var channel = BoundedChannel.Create<int>(2);
        var writes = Enumerable.Range(0, 7).Select(i => channel.Writer.WriteAsync(i).AsTask()).ToArray();
        var buffer = new int[8];

        Assert.Equal(7, await channel.Reader.ReadBatchAsync(buffer, TimeSpan.Zero));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 0], buffer);
        await Task.WhenAll(writes).Within("writes");
    }

    [Fact]
    public async Task ReadBatchAsync_AtARendezvous_TakesTheItemsOfWaitingWriters()
    {
        using var channel = BoundedChannel.Create<int>(0);
        var writes = Enumerable.Range(0, 3).Select(i => channel.Writer.WriteAsync(i).AsTask()).ToArray();
        var buffer = new int[8];

        Assert.Equal(3, await channel.Reader.ReadBatchAsync(buffer, TimeSpan.Zero));
        Assert.Equal([0, 1, 2], buffer[..3]);
        await Task.WhenAll(writes).Within("writes");
    }

    [Fact]
    public async Task ReadBatchAsync_AroundTheEndOfTheRing_KeepsTheOrder()
    {
        using var channel = BoundedChannel.Create<string>(5);
        var expected = 0;
        var written = 0;
        var buffer = new string[4];
        for (var round = 0; round < 100; round++)
        {
            while (channel.Writer.TryWrite($"{written}"))
            {
                written++;
            }

            var taken = await channel.Reader.ReadBatchAsync(buffer.AsMemory(0, 1 + (round % 4)), TimeSpan.Zero);
            for (var i = 0; i < taken; i++)
            {
                Assert.Equal($"{expected++}", buffer[i]);
            }
        }
    }
}

public sealed class ForeignReaderBatchTests : BatchConformance
{
    protected override Channel<int> Create(int capacity) => Channel.CreateBounded<int>(capacity);
}
