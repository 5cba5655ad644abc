using System.Threading.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

/// <summary>The public contract of the BCL's channels, held against each kind of ours.</summary>
public abstract partial class ChannelConformance
{
    /// <summary>Whether the channel holds items at all.</summary>
    protected virtual bool Buffers => true;

    /// <summary>Whether <c>WriteAsync</c> to the full channel waits.</summary>
    protected virtual bool WaitsWhenFull => true;

    /// <summary>Whether a write to the full channel loses an item, so that there is never a reason to wait.</summary>
    protected virtual bool DropsWhenFull => false;

    /// <summary>Whether AsyncLocal values reach a continuation, other than an async method's, that is registered after the wait has ended.</summary>
    protected virtual bool FlowsContextWhenLate => true;

    /// <summary>Whether of two items inside the later one is read first.</summary>
    protected virtual bool NewestFirst => false;

    /// <summary>Whether the waits of writers are tasks, which may be awaited more than once.</summary>
    protected virtual bool WritersWaitInTasks => false;

    /// <summary>What a read or a write gets that came too late.</summary>
    protected virtual Type ClosedError => typeof(ChannelClosedException);

    /// <summary>How many items it takes to fill the channel.</summary>
    protected abstract int Capacity { get; }

    protected abstract Channel<T> Create<T>();

    protected Channel<int> Create() => Create<int>();

    protected Channel<int> CreateFull()
    {
        var channel = Create();
        for (var i = 0; i < Capacity; i++)
        {
            Assert.True(channel.Writer.TryWrite(-1 - i));
        }

        return channel;
    }

    [Fact]
    public void Channel_ConvertsToItsReaderAndWriter()
    {
        var channel = Create();
        ChannelReader<int> reader = channel;
        ChannelWriter<int> writer = channel;

        Assert.Same(channel.Reader, reader);
        Assert.Same(channel.Writer, writer);
    }

    [Fact]
    public void Completion_OfAnOpenChannel_IsOnePendingTask()
    {
        var channel = Create();
        var completion = channel.Reader.Completion;

        Assert.False(completion.IsCompleted);
        Assert.Same(completion, channel.Reader.Completion);
    }

    [Fact]
    public void Complete_OfAnEmptyChannel_CompletesCompletionAtOnce()
    {
        var channel = Create();

        channel.Writer.Complete();

        Assert.Equal(TaskStatus.RanToCompletion, channel.Reader.Completion.Status);
    }

    [Fact]
    public async Task Complete_WithItemsInside_CompletesCompletionWithTheLastRead()
    {
        if (!Buffers)
        {
            return;
        }

        var channel = Create();
        Assert.True(channel.Writer.TryWrite(1));
        channel.Writer.Complete();

        Assert.False(channel.Reader.Completion.IsCompleted);
        Assert.True(await channel.Reader.WaitToReadAsync());
        Assert.Equal(1, await channel.Reader.ReadAsync());
        Assert.Equal(TaskStatus.RanToCompletion, channel.Reader.Completion.Status);
    }

    [Fact]
    public void Complete_Twice_Throws()
    {
        var channel = Create();
        channel.Writer.Complete();

        Assert.Throws<ChannelClosedException>(() => channel.Writer.Complete());
    }

    [Fact]
    public void TryComplete_Twice_ReturnsTrueThenFalse()
    {
        var channel = Create();

        Assert.True(channel.Writer.TryComplete());
        Assert.False(channel.Writer.TryComplete());
        Assert.False(channel.Writer.TryComplete(new FormatException()));
        Assert.Equal(TaskStatus.RanToCompletion, channel.Reader.Completion.Status);
    }

    [Fact]
    public async Task Complete_WithAnError_FailsCompletionWithThatError()
    {
        var channel = Create();
        var error = new FormatException();
        channel.Writer.Complete(error);

        Assert.Same(error, await Assert.ThrowsAsync<FormatException>(() => channel.Reader.Completion));
    }

    [Fact]
    public async Task Complete_WithACancellation_CancelsCompletionWithItsToken()
    {
        var channel = Create();
        var token = new CancellationToken(canceled: true);
        channel.Writer.Complete(new OperationCanceledException(token));

        Assert.True(channel.Reader.Completion.IsCanceled);
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => channel.Reader.Completion);
        Assert.Equal(token, cancelled.CancellationToken);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Complete_EndsPendingReads(bool withError)
    {
        var channel = Create();
        var error = withError ? new FormatException() : null;
        var first = channel.Reader.ReadAsync().AsTask();
        var second = channel.Reader.ReadAsync(new CancellationTokenSource().Token).AsTask();
        channel.Writer.Complete(error);

        Assert.Same(error, (await ThrowsClosedAsync(() => first.Within("first read"))).InnerException);
        Assert.Same(error, (await ThrowsClosedAsync(() => second.Within("second read"))).InnerException);
    }

    [Fact]
    public async Task Complete_WithACancellation_CancelsReads()
    {
        var channel = Create();
        var pending = channel.Reader.ReadAsync().AsTask();
        channel.Writer.Complete(new OperationCanceledException());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending.Within("pending read"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => channel.Reader.ReadAsync().AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => channel.Writer.WriteAsync(1).AsTask());
    }

    [Fact]
    public async Task Complete_TellsThoseWhoWaitToReadThatNothingComes()
    {
        var channel = Create();
        var pending = channel.Reader.WaitToReadAsync().AsTask();
        channel.Writer.Complete();

        Assert.False(await pending.Within("wait"));
        var late = channel.Reader.WaitToReadAsync();
        Assert.True(late.IsCompletedSuccessfully);
        Assert.False(await late);
    }

    [Fact]
    public async Task Complete_WithAnError_FailsThoseWhoWaitToReadWithThatError()
    {
        var channel = Create();
        var error = new FormatException();
        var pending = channel.Reader.WaitToReadAsync().AsTask();
        channel.Writer.Complete(error);

        Assert.Same(error, await Assert.ThrowsAsync<FormatException>(() => pending.Within("wait")));
        Assert.Same(error, await Assert.ThrowsAsync<FormatException>(() => channel.Reader.WaitToReadAsync().AsTask()));
        Assert.Same(error, await Assert.ThrowsAsync<FormatException>(() => channel.Writer.WaitToWriteAsync().AsTask()));
    }

    [Fact]
    public async Task Complete_MakesWritesFail()
    {
        var channel = Create();
        channel.Writer.Complete();

        Assert.False(channel.Writer.TryWrite(1));
        var wait = channel.Writer.WaitToWriteAsync();
        Assert.True(wait.IsCompletedSuccessfully);
        Assert.False(await wait);
        await ThrowsClosedAsync(() => channel.Writer.WriteAsync(1).AsTask());
    }

    [Fact]
    public async Task Complete_WithAnError_MakesItTheInnerErrorOfLaterReadsAndWrites()
    {
        var channel = Create();
        var error = new FormatException();
        channel.Writer.Complete(error);

        Assert.Same(error, (await ThrowsClosedAsync(() => channel.Reader.ReadAsync().AsTask())).InnerException);
        Assert.Same(error, (await ThrowsClosedAsync(() => channel.Writer.WriteAsync(1).AsTask())).InnerException);
    }

    [Fact]
    public async Task Complete_FailsPendingWritesWhoseItemsStayOut()
    {
        if (!WaitsWhenFull)
        {
            return;
        }

        var channel = CreateFull();
        var error = new FormatException();
        var write = channel.Writer.WriteAsync(42).AsTask();
        Assert.False(write.IsCompleted);
        channel.Writer.Complete(error);

        Assert.Same(error, (await ThrowsClosedAsync(() => write.Within("write"))).InnerException);
        for (var i = 0; i < Capacity; i++)
        {
            Assert.True(channel.Reader.TryRead(out var item));
            Assert.Equal(NewestFirst ? i - Capacity : -1 - i, item);
        }

        Assert.False(channel.Reader.TryRead(out _));
        Assert.True(channel.Reader.Completion.IsFaulted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Complete_EndsThoseWhoWaitToWrite(bool withError)
    {
        if (DropsWhenFull)
        {
            return;
        }

        var channel = CreateFull();
        var wait = channel.Writer.WaitToWriteAsync().AsTask();
        Assert.False(wait.IsCompleted);
        channel.Writer.Complete(withError ? new FormatException() : null);

        if (withError)
        {
            await Assert.ThrowsAsync<FormatException>(() => wait.Within("wait"));
        }
        else
        {
            Assert.False(await wait.Within("wait"));
        }
    }

    [Fact]
    public async Task CancelledToken_ComesBeforeEverythingElse()
    {
        var cancelled = new CancellationToken(canceled: true);
        var channel = Create();
        if (Buffers)
        {
            Assert.True(channel.Writer.TryWrite(1));
        }

        Assert.True(channel.Reader.ReadAsync(cancelled).IsCanceled);
        Assert.True(channel.Reader.WaitToReadAsync(cancelled).IsCanceled);
        Assert.True(channel.Writer.WriteAsync(2, cancelled).IsCanceled);
        Assert.True(channel.Writer.WaitToWriteAsync(cancelled).IsCanceled);
        Assert.Equal(Buffers ? 1 : 0, channel.Reader.Count);

        channel.Writer.Complete();
        Assert.True(channel.Reader.ReadAsync(cancelled).IsCanceled);
        Assert.True(channel.Reader.WaitToReadAsync(cancelled).IsCanceled);
        Assert.True(channel.Writer.WriteAsync(2, cancelled).IsCanceled);
        Assert.True(channel.Writer.WaitToWriteAsync(cancelled).IsCanceled);
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => channel.Reader.ReadAsync(cancelled).AsTask());
        Assert.Equal(cancelled, error.CancellationToken);
    }

    [Fact]
    public void TryRead_OfAnEmptyChannel_ReturnsFalseAndTheDefault()
    {
        var channel = Create();

        Assert.False(channel.Reader.TryRead(out var item));
        Assert.Equal(0, item);
        Assert.False(channel.Reader.TryPeek(out item));
        Assert.Equal(0, item);
        channel.Writer.Complete();
        Assert.False(channel.Reader.TryRead(out _));
        Assert.False(channel.Reader.TryPeek(out _));
    }

    [Fact]
    public void TryPeek_ShowsTheItemThatTheNextReadGets()
    {
        if (!(Buffers || WaitsWhenFull))
        {
            return;
        }

        var channel = Create();
        Assert.True(channel.Reader.CanPeek);
        for (var i = 0; i < 3; i++)
        {
            var write = channel.Writer.WriteAsync(40 + i);

            Assert.True(channel.Reader.TryPeek(out var peeked));
            Assert.Equal(40 + i, peeked);
            Assert.True(channel.Reader.TryRead(out var read));
            Assert.Equal(40 + i, read);
            Assert.False(channel.Reader.TryPeek(out _));
            Assert.True(write.IsCompletedSuccessfully);
        }
    }

    [Fact]
    public void Count_FollowsEachWriteAndRead()
    {
        var channel = Create();
        Assert.True(channel.Reader.CanCount);
        for (var i = 0; i < Capacity; i++)
        {
            Assert.Equal(i, channel.Reader.Count);
            Assert.True(channel.Writer.TryWrite(i));
        }

        for (var i = Capacity; i > 0; i--)
        {
            Assert.Equal(i, channel.Reader.Count);
            Assert.True(channel.Reader.TryRead(out _));
        }

        Assert.Equal(0, channel.Reader.Count);
    }

    [Fact]
    public async Task ReadAllAsync_YieldsAllItemsUntilTheEnd()
    {
        if (DropsWhenFull || !(Buffers || WaitsWhenFull))
        {
            return;
        }

        var channel = Create();
        var sum = Task.Run(async () =>
        {
            var total = 0;
            await foreach (var item in channel.Reader.ReadAllAsync())
            {
                total += item;
            }

            return total;
        });
        for (var i = 1; i <= 100; i++)
        {
            await WriteWaitingAsync(channel.Writer, i).Within("write");
        }

        channel.Writer.Complete();
        Assert.Equal(5050, await sum.Within("read all"));
    }

    [Fact]
    public async Task ReadAllAsync_OfAFailedChannel_ThrowsItsError()
    {
        var channel = Create();
        channel.Writer.Complete(new FormatException());

        await Assert.ThrowsAsync<FormatException>(async () =>
        {
            await foreach (var item in channel.Reader.ReadAllAsync())
            {
                Assert.Fail("There is nothing to read.");
            }
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadAllAsync_Cancelled_Throws(bool before)
    {
        var channel = Create();
        using var source = new CancellationTokenSource();
        if (before)
        {
            source.Cancel();
        }

        var next = channel.Reader.ReadAllAsync(source.Token).GetAsyncEnumerator().MoveNextAsync().AsTask();
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.Within("move"));
    }

    /// <summary>Writes every item, to a channel that makes writers wait or refuses them when it is full.</summary>
    protected async Task WriteWaitingAsync(ChannelWriter<int> writer, int item)
    {
        if (WaitsWhenFull)
        {
            await writer.WriteAsync(item);
            return;
        }

        while (!writer.TryWrite(item))
        {
            Assert.True(await writer.WaitToWriteAsync());
        }
    }

    private Task<Exception> ThrowsClosedAsync(Func<Task> code) => Assert.ThrowsAsync(ClosedError, code);
}
