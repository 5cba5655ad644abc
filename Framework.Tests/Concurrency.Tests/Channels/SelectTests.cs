using System.Threading.Channels;
using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

public abstract class SelectConformance
{
    protected abstract Channel<int> Create(int capacity);

    [Fact]
    public async Task ReadAsync_WithAnItem_TakesOneAndNamesItsReader()
    {
        var (a, b) = (Create(4), Create(4));
        Assert.True(b.Writer.TryWrite(7));
        Assert.True(b.Writer.TryWrite(8));

        Assert.Equal(new SelectResult<int>(1, 7), await Select.ReadAsync(a.Reader, b.Reader).Within("select"));
        Assert.Equal(1, b.Reader.Count);
    }

    [Fact]
    public async Task ReadAsync_WaitsForTheFirstWrite_AndLeavesTheOtherReaders()
    {
        var (a, b) = (Create(4), Create(4));
        for (var i = 0; i < 10; i++)
        {
            var taken = Select.ReadAsync(a.Reader, b.Reader).AsTask();
            Assert.False(taken.IsCompleted);
            await (i % 2 == 0 ? a : b).Writer.WriteAsync(i);
            Assert.Equal(new SelectResult<int>(i % 2, i), await taken.Within("select"));
        }

        Assert.True(a.Writer.TryWrite(1));
        Assert.Equal(1, a.Reader.Count);
        Assert.Equal(0, b.Reader.Count);
    }

    [Fact]
    public async Task ReadAsync_Cancelled_TookNothing()
    {
        var (a, b) = (Create(4), Create(4));
        using var source = new CancellationTokenSource();
        var taken = Select.ReadAsync([a.Reader, b.Reader], source.Token).AsTask();
        source.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taken.Within("select"));
        Assert.True(a.Writer.TryWrite(1));
        Assert.Equal(1, a.Reader.Count);
        Assert.True(Select.ReadAsync([a.Reader, b.Reader], source.Token).IsCanceled);
        Assert.Equal(1, a.Reader.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadAsync_LeavesCompletedReadersOut_UntilAllHaveCompleted(bool before)
    {
        var (a, b) = (Create(4), Create(4));
        if (before)
        {
            a.Writer.Complete();
        }

        var taken = Select.ReadAsync(a.Reader, b.Reader).AsTask();
        if (!before)
        {
            a.Writer.Complete();
        }

        Assert.False(taken.IsCompleted);
        await b.Writer.WriteAsync(1);
        Assert.Equal(new SelectResult<int>(1, 1), await taken.Within("select"));

        taken = Select.ReadAsync(a.Reader, b.Reader).AsTask();
        b.Writer.Complete();
        await Assert.ThrowsAsync<ChannelClosedException>(() => taken.Within("last select"));
        await Assert.ThrowsAsync<ChannelClosedException>(() => Select.ReadAsync(a.Reader, b.Reader).AsTask());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadAsync_WithAReaderThatFailed_Throws(bool before)
    {
        var (a, b) = (Create(4), Create(4));
        var error = new FormatException();
        if (before)
        {
            a.Writer.Complete(error);
        }

        var taken = Select.ReadAsync(a.Reader, b.Reader).AsTask();
        if (!before)
        {
            a.Writer.Complete(error);
        }

        Assert.Same(error, (await Assert.ThrowsAsync<ChannelClosedException>(() => taken.Within("select"))).InnerException);
    }

    [Fact]
    public void TryRead_NeverWaits()
    {
        var (a, b) = (Create(4), Create(4));

        Assert.False(Select.TryRead([a.Reader, b.Reader], out SelectResult<int> taken));
        Assert.True(b.Writer.TryWrite(3));
        Assert.True(Select.TryRead([a.Reader, b.Reader], out taken));
        Assert.Equal(new SelectResult<int>(1, 3), taken);
    }

    [Fact]
    public async Task TakeAsync_Fair_TakesFromAllReadersInTurn()
    {
        var channels = Enumerable.Range(0, 3).Select(_ => Create(100)).ToArray();
        var select = new Select<int>(SelectOrder.Fair, 1);
        foreach (var (index, channel) in channels.Index())
        {
            select.On(channel.Reader, _ => index);
            for (var i = 0; i < 10; i++)
            {
                Assert.True(channel.Writer.TryWrite(i));
            }
        }

        var order = new List<int>();
        for (var i = 0; i < 30; i++)
        {
            order.Add(await select.TakeAsync());
        }

        Assert.Equal(Enumerable.Range(0, 30).Select(i => (i + 1) % 3), order);
    }

    [Fact]
    public async Task TakeAsync_Prioritised_TakesFromTheFirstThatHasAnItem()
    {
        var (a, b) = (Create(4), Create(4));
        var select = new Select<string>(SelectOrder.Prioritised).On(a.Reader, item => $"a{item}").On(b.Reader, item => $"b{item}");
        Assert.True(b.Writer.TryWrite(1));
        Assert.True(a.Writer.TryWrite(1));
        Assert.True(b.Writer.TryWrite(2));
        Assert.True(a.Writer.TryWrite(2));

        var order = new List<string>();
        while (select.TryTake(out var taken))
        {
            order.Add(taken);
        }

        Assert.Equal(["a1", "a2", "b1", "b2"], order);
        var waiting = select.TakeAsync();
        await b.Writer.WriteAsync(3);
        Assert.Equal("b3", await waiting.Within("select"));
    }

    [Fact]
    public async Task TakeAsync_OverReadersOfDifferentTypes_ConvertsEach()
    {
        var numbers = Create(4);
        var words = BoundedChannel.Create<string>(4);
        var select = new Select<string>().On(numbers.Reader, number => $"number {number}").On(words.Reader, word => $"word {word}");
        Assert.True(words.Writer.TryWrite("x"));
        Assert.Equal("word x", await select.TakeAsync().Within("word"));
        var pending = select.TakeAsync();
        Assert.True(numbers.Writer.TryWrite(5));
        Assert.Equal("number 5", await pending.Within("number"));
    }

    [Fact]
    public void TakeAsync_WithATimeout_EndsInTimeAndTookNothing() => Explore.Seeds(20, async executor =>
    {
        var (a, b) = (Create(4), Create(4));
        var clock = executor.TimeProvider;
        var select = new Select<int>().On(a.Reader, item => item).On(b.Reader, item => item).OnTimeout(TimeSpan.FromSeconds(3), () => -1);
        for (var round = 0; round < 3; round++)
        {
            var start = clock.GetTimestamp();
            Assert.Equal(-1, await select.TakeAsync());
            Assert.Equal(TimeSpan.FromSeconds(3), clock.GetElapsedTime(start));

            var taken = select.TakeAsync();
            await Task.Delay(TimeSpan.FromSeconds(1), clock);
            await b.Writer.WriteAsync(round);
            Assert.Equal(round, await taken);
        }

        Assert.True(a.Writer.TryWrite(1));
        Assert.Equal(1, a.Reader.Count);
    });

    [Fact]
    public async Task TakeAsync_WhileAnotherIsUnderWay_Throws()
    {
        var a = Create(4);
        var select = new Select<int>().On(a.Reader, item => item);
        var first = select.TakeAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await select.TakeAsync());
        Assert.Throws<InvalidOperationException>(() => select.TryTake(out _));
        Assert.True(a.Writer.TryWrite(1));
        Assert.Equal(1, await first.Within("first"));
    }

    [Fact]
    public async Task TakeAsync_WithAConversionThatThrows_ThrowsAndGoesOn()
    {
        var a = Create(4);
        var select = new Select<int>().On(a.Reader, item => item == 1 ? throw new FormatException() : item);
        Assert.True(a.Writer.TryWrite(1));
        Assert.True(a.Writer.TryWrite(2));

        await Assert.ThrowsAsync<FormatException>(async () => await select.TakeAsync());
        Assert.Equal(2, await select.TakeAsync());
    }
}

public sealed class BoundedChannelSelectTests : SelectConformance
{
    [Fact]
    public async Task ReadAsync_LeavesNobodyBehindInTheQueuesThatLost()
    {
        using var a = BoundedChannel.Create<int>(4);
        using var b = BoundedChannel.Create<int>(4);
        using var source = new CancellationTokenSource();
        var taken = Select.ReadAsync(a.Reader, b.Reader);
        var cancelled = Select.ReadAsync([a.Reader, b.Reader], source.Token);
        Assert.Equal((2, 2), (a.Statistics.WaitingReaders, b.Statistics.WaitingReaders));
        Assert.True(a.Writer.TryWrite(1));
        source.Cancel();
        await taken.Within("taken");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await cancelled);

        Assert.Equal((0, 0), (a.Statistics.WaitingReaders, b.Statistics.WaitingReaders));
    }

    [Fact]
    public async Task ReadAsync_IsServedInOrderWithOtherReaders()
    {
        using var a = BoundedChannel.Create<int>(4);
        using var b = BoundedChannel.Create<int>(4);
        var first = a.Reader.ReadAsync();
        var second = Select.ReadAsync(a.Reader, b.Reader);
        var third = a.Reader.ReadAsync();
        for (var i = 1; i <= 3; i++)
        {
            Assert.True(a.Writer.TryWrite(i));
        }

        Assert.Equal(1, await first.Within("first"));
        Assert.Equal(new SelectResult<int>(0, 2), await second.Within("second"));
        Assert.Equal(3, await third.Within("third"));
    }

    [Fact]
    public async Task ReadAsync_AtARendezvous_IsAReaderThatAWriterCanMeet()
    {
        using var a = BoundedChannel.Create<int>(0);
        using var b = BoundedChannel.Create<int>(0);
        Assert.False(a.Writer.TryWrite(1));
        var taken = Select.ReadAsync(a.Reader, b.Reader);
        Assert.True(b.Writer.TryWrite(2));
        Assert.False(a.Writer.TryWrite(1));

        Assert.Equal(new SelectResult<int>(1, 2), await taken.Within("taken"));
        var write = a.Writer.WriteAsync(3);
        Assert.Equal(new SelectResult<int>(0, 3), await Select.ReadAsync(a.Reader, b.Reader));
        await write.Within("write");
    }

    [Fact]
    public async Task ReadAsync_OneShot_BeginsWithEachReaderInTurn()
    {
        var channels = Enumerable.Range(0, 3).Select(_ => BoundedChannel.Create<int>(10)).ToArray();
        foreach (var channel in channels)
        {
            for (var i = 0; i < 4; i++)
            {
                Assert.True(channel.Writer.TryWrite(i));
            }
        }

        var order = new List<int>();
        for (var i = 0; i < 12; i++)
        {
            order.Add((await Select.ReadAsync(channels[0].Reader, channels[1].Reader, channels[2].Reader)).Index);
        }

        Assert.Equal(Enumerable.Range(0, 12).Select(i => i % 3), order);
    }

    [Fact]
    public void Select_WithArgumentsThatMeanNothing_Throws()
    {
        Assert.Throws<ArgumentException>(() => { _ = Select.ReadAsync<int>(); });
        Assert.Throws<ArgumentException>(() => { _ = Select.ReadAsync<int>(null!, Create(1).Reader); });
        Assert.Throws<ArgumentNullException>(() => { _ = Select.ReadAsync((IReadOnlyList<ChannelReader<int>>)null!); });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Select<int>((SelectOrder)7));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Select<int>(SelectOrder.Fair, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Select<int>().OnTimeout(TimeSpan.FromTicks(-1), () => 0));
        Assert.Throws<InvalidOperationException>(() => new Select<int>().TryTake(out _));
    }

    protected override Channel<int> Create(int capacity) => BoundedChannel.Create<int>(capacity);
}

public sealed class ForeignReaderSelectTests : SelectConformance
{
    protected override Channel<int> Create(int capacity) => Channel.CreateBounded<int>(capacity);
}

public sealed class MixedReaderSelectTests : SelectConformance
{
    private int _made;

    protected override Channel<int> Create(int capacity) =>
        _made++ % 2 == 0 ? BoundedChannel.Create<int>(capacity) : Channel.CreateUnbounded<int>();
}
