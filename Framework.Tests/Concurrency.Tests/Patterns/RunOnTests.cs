using System.Threading.Channels;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Patterns;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Patterns;

public sealed class RunOnTests : IAsyncLifetime
{
    private readonly DedicatedThreadExecutor _executor = new("worker");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _executor.DisposeAsync().AsTask();

    [Fact]
    public async Task RunOn_InBoxChannel_HandlesEachItemOnTheExecutor()
    {
        var channel = Channel.CreateUnbounded<int>();
        var seen = new List<(int, Executor?)>();
        await using var component = channel.Reader.RunOn(_executor, (item, _) =>
        {
            seen.Add((item, Executor.Current));
            return default;
        });

        channel.Writer.TryWrite(1);
        channel.Writer.TryWrite(2);
        channel.Writer.Complete();
        await component.Completion.Within("both items are handled");

        Assert.Equal([(1, _executor), (2, _executor)], seen);
    }

    [Fact]
    public async Task RunOn_Stopped_LeavesTheRestInTheChannel()
    {
        var channel = Channel.CreateUnbounded<int>();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var component = channel.Reader.RunOn(_executor, async (_, _) =>
        {
            started.TrySetResult();
            await release.Task;
        });
        channel.Writer.TryWrite(1);
        channel.Writer.TryWrite(2);
        await started.Task.Within("the first item is handled");

        await component.StopAsync();
        release.SetResult();
        await component.Completion.Within("the component ends");

        Assert.True(channel.Reader.TryRead(out var left));
        Assert.Equal(2, left);
    }

    [Fact]
    public async Task InvokeOn_SynchronousHandler_RunsOnTheExecutor()
    {
        var channel = Channel.CreateUnbounded<int>();
        Executor? seen = null;
        await using var component = channel.Reader.InvokeOn(_executor, (_, _) => seen = Executor.Current);

        channel.Writer.TryWrite(1);
        channel.Writer.Complete();
        await component.Completion.Within("the item is handled");

        Assert.Same(_executor, seen);
    }

    [Fact]
    public async Task RunOn_Sequence_HandlesEachItemAndEndsWithIt()
    {
        var seen = new List<int>();
        await using var component = Numbers().RunOn(_executor, (item, _) =>
        {
            seen.Add(item);
            return default;
        });

        await component.Completion.Within("the sequence ends");

        Assert.Equal([0, 1, 2], seen);

        static async IAsyncEnumerable<int> Numbers()
        {
            for (var i = 0; i < 3; i++)
            {
                await Task.Yield();
                yield return i;
            }
        }
    }

    [Fact]
    public async Task RunOn_SequenceFails_FailsTheComponent()
    {
        await using var component = Failing().RunOn(_executor, (_, _) => default);

        var failure = await Assert.ThrowsAsync<ComponentFailedException>(() => component.Completion).Within("the component fails");
        Assert.IsType<FormatException>(failure.InnerException);

        static async IAsyncEnumerable<int> Failing()
        {
            await Task.Yield();
            yield return 1;
            throw new FormatException("bad sequence");
        }
    }

    [Fact]
    public void RunOn_SameReaderTwice_IsRefused()
    {
        var channel = Channel.CreateUnbounded<int>();
        var first = channel.Reader.RunOn(_executor, (_, _) => default);

        Assert.Throws<InvalidOperationException>(() => channel.Reader.RunOn(_executor, (_, _) => default));

        first.Cancel("the test ends.");
    }
}
