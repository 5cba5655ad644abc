using Concurrency.Channels;
using Concurrency.Execution;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

/// <summary>Promise 4: code that waits comes back to its own executor, as a turn of its own, even through ConfigureAwait(false).</summary>
public sealed class ResumptionTests
{
    public static TheoryData<string> Waits => ["read", "wait to read", "write", "wait to write", "batch", "batch for more", "select", "select anything", "read all"];

    [Theory]
    [MemberData(nameof(Waits))]
    public void Await_WithConfigureAwaitFalse_ComesBackToTheExecutor(string wait) => Explore.Seeds(20, async executor =>
    {
        var channel = BoundedChannel.Create<int>(1);
        var other = System.Threading.Channels.Channel.CreateBounded<int>(1);
        if (wait.Contains("write", StringComparison.Ordinal))
        {
            Assert.True(channel.Writer.TryWrite(0));
        }

        var waiting = WaitAsync(wait, channel, other.Reader);
        Assert.False(waiting.IsCompleted);
        if (wait.Contains("write", StringComparison.Ordinal))
        {
            Assert.True(channel.Reader.TryRead(out _));
        }
        else
        {
            Assert.True(channel.Writer.TryWrite(1));
        }

        // The continuation is a turn of its own: it has not run inside the write.
        Assert.False(waiting.IsCompleted);
        await waiting;
        Assert.True(executor.IsCurrent);
    });

    [Fact]
    public async Task Await_WithoutAnExecutor_RunsOnTheThreadPoolAndNeverInsideTheWrite()
    {
        var channel = BoundedChannel.Create<int>(1);
        var writer = 0;
        var continued = new TaskCompletionSource<(int Thread, bool IsPool)>();
        Continue(channel.Reader.ReadAsync(), () =>
            continued.SetResult((Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread)));
        await Task.Factory.StartNew(
            () =>
            {
                writer = Environment.CurrentManagedThreadId;
                Assert.True(channel.Writer.TryWrite(1));
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Within("write");

        var (thread, isPool) = await continued.Task.Within("continuation");
        Assert.True(isPool);
        Assert.NotEqual(writer, thread);
    }

    [Fact]
    public async Task Await_OnAnExecutorThatHasStopped_StillEnds()
    {
        var executor = new Concurrency.Executors.DedicatedThreadExecutor("stops");
        var channel = BoundedChannel.Create<int>(1);
        var waiting = new TaskCompletionSource();
        var reading = executor.RunAsync(async _ =>
        {
            var read = channel.Reader.ReadAsync(CancellationToken.None);
            waiting.SetResult();
            return await read;
        });
        await waiting.Task.Within("start");
        await executor.DisposeAsync().Within("dispose");
        Assert.True(channel.Writer.TryWrite(42));

        Assert.Equal(42, await reading.Within("read"));
    }

    [Fact]
    public void Continuations_RunOutsideTheLock()
    {
        // A context that runs what it is given at once would run it under the lock, if the lock were held.
        var previous = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new InlineContext());
        try
        {
            var channel = BoundedChannel.Create<int>(1);
            var ran = 0;
            channel.Reader.WaitToReadAsync().GetAwaiter().OnCompleted(() =>
            {
                var other = new Thread(() => _ = channel.Statistics) { IsBackground = true };
                other.Start();
                Assert.True(other.Join(TimeSpan.FromSeconds(60)), "The channel is locked while a continuation runs.");
                ran++;
            });
            using var source = new CancellationTokenSource();
            channel.Reader.WaitToReadAsync(source.Token).GetAwaiter().OnCompleted(() =>
            {
                Assert.True(channel.Reader.TryPeek(out _) || ran == 0);
                ran++;
            });
            source.Cancel();
            Assert.Equal(1, ran);
            Assert.True(channel.Writer.TryWrite(1));
            Assert.Equal(2, ran);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
        }
    }

    private static void Continue(ValueTask<int> pending, Action continuation) =>
        pending.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(continuation);

    private static async Task WaitAsync(string wait, BoundedChannel<int> channel, System.Threading.Channels.ChannelReader<int> other)
    {
        var executor = Executor.Current;
        var buffer = new int[1];
#pragma warning disable CA2007
        switch (wait)
        {
            case "read":
                await channel.Reader.ReadAsync().ConfigureAwait(false);
                break;
            case "wait to read":
                await channel.Reader.WaitToReadAsync().ConfigureAwait(false);
                break;
            case "write":
                await channel.Writer.WriteAsync(1).ConfigureAwait(false);
                break;
            case "wait to write":
                await channel.Writer.WaitToWriteAsync().ConfigureAwait(false);
                break;
            case "batch":
                await channel.Reader.ReadBatchAsync(buffer, TimeSpan.Zero).ConfigureAwait(false);
                break;
            case "batch for more":
                await channel.Reader.ReadBatchAsync(new int[2], TimeSpan.FromSeconds(1)).ConfigureAwait(false);
                break;
            case "select":
                await Select.ReadAsync(channel.Reader).ConfigureAwait(false);
                break;
            case "select anything":
                await Select.ReadAsync(channel.Reader, other).ConfigureAwait(false);
                break;
            default:
                await foreach (var item in channel.Reader.ReadAllAsync().ConfigureAwait(false))
                {
                    break;
                }

                break;
        }
#pragma warning restore CA2007
        Assert.Same(executor, Executor.Current);
        Assert.NotNull(executor);
    }

    private sealed class InlineContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => d(state);
    }
}
