using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Interop;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

/// <summary>The wake-up of a loop by other threads: what Ganeti's AsyncAwaker does, without its lost signal.</summary>
public sealed class WakeUpTests
{
    private static readonly ExecutorWork s_work = new(static () => { });

    [Fact]
    public async Task A1_OnePost_RunsTheCallbackOnce()
    {
        await using var executor = new CooperativeExecutor("loop");
        var calls = 0;

        executor.Post(_ => calls++, null);
        await executor.InvokeAsync(() => { }).Within("flush");

        Assert.Equal(1, calls);
    }

    [Fact]
    public void A2_TwoPostsBeforeTheDrain_WakeTheLoopOnce()
    {
        var queue = new RemoteQueue();
        Assert.True(queue.TryArm());

        Assert.True(queue.TryEnqueue(s_work, WorkKind.Root, out var first));
        Assert.True(queue.TryEnqueue(s_work, WorkKind.Root, out var second));

        Assert.True(first);
        Assert.False(second);
    }

    [Fact]
    public void A3_PostBetweenTheDrainAndTheSleep_IsNotLost()
    {
        var queue = new RemoteQueue();
        var ready = new ReadyQueue();
        Assert.True(queue.TryArm());
        queue.TryEnqueue(s_work, WorkKind.Root, out _);
        queue.DrainTo(ready);

        // The loop is awake: no wake-up is needed, and the loop sees the post when it wants to sleep.
        queue.TryEnqueue(s_work, WorkKind.Root, out var wake);
        Assert.False(wake);
        Assert.False(queue.TryArm());

        queue.DrainTo(ready);
        Assert.True(queue.TryArm());
        queue.TryEnqueue(s_work, WorkKind.Root, out wake);
        Assert.True(wake);
        Assert.Equal(2, ready.Count);
    }

    [Fact]
    public void A3_AttentionBetweenTheLookAndTheSleep_IsNotLost()
    {
        var queue = new RemoteQueue();

        Assert.False(queue.RequestAttention());
        Assert.False(queue.TryArm());
        Assert.True(queue.TryArm());
        Assert.True(queue.RequestAttention());
    }

    [Fact]
    public void A4_WakeUpDescriptor_IdleThenOneThenIdle()
    {
        using var epoll = new EpollSet();
        Assert.Equal(0, epoll.Wait(0));

        epoll.Wake();
        Assert.Equal(1, epoll.Wait(0));
        Assert.Equal(EpollSet.WakeKey, epoll.KeyOf(0));
        Assert.Equal(0, epoll.Wait(0));

        epoll.Wake();
        epoll.Wake();
        Assert.Equal(1, epoll.Wait(0));
        Assert.Equal(0, epoll.Wait(0));
    }

    [Fact]
    public void A4_WakeUpDescriptor_AfterDisposal_IsIgnored()
    {
        var epoll = new EpollSet();
        epoll.Dispose();

        epoll.Wake();
        epoll.Remove(0);
    }

    [Fact]
    public async Task A5_PostWithoutCallback_IsRefused()
    {
        await using var executor = new CooperativeExecutor("loop");

        Assert.Throws<ArgumentNullException>(() => executor.Post(null!, null));
        Assert.Throws<ArgumentNullException>(() => executor.UnsafePost(null!, null));
        Assert.Throws<ArgumentNullException>(() => { _ = executor.RunAsync(null!); });
        Assert.Throws<ArgumentNullException>(() => { _ = executor.InvokeAsync(null!); });
        Assert.Throws<ArgumentNullException>(() => executor.WatchDescriptor(null!));
    }

    [Fact]
    public void F1_SignalDuringTheCallback_IsNotLost() => CooperativeExecutor.Run(async _ =>
    {
        var executor = Executor.Current!;
        var posted = new TaskCompletionSource();
        var second = new TaskCompletionSource();
        executor.Post(
            _ =>
            {
                Task.Run(() =>
                {
                    executor.Post(_ => second.SetResult(), null);
                    posted.SetResult();
                });
            },
            null);

        await posted.Task.Within("post from another thread");
        await second.Task.Within("second callback");
    });
}
