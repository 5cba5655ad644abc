using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

/// <summary>What the tests of queue shutdown in asyncio 3.13 ask, in both ways, with blocked getters, putters and joiners; for three orders.</summary>
public abstract class WorkQueueShutdownTests
{
    private readonly List<(int Item, DropCause Cause)> _undelivered = [];

    protected abstract BoundedChannel<int> Channel(int capacity, Action<int, DropCause> onUndelivered);

    [Fact]
    public async Task AS62_ShutdownNonempty_PutsAreRefusedAtOnceAndGetsDrain()
    {
        using var queue = Create(4);
        await queue.PutAsync(1);
        await queue.PutAsync(2);
        var join = queue.JoinAsync().AsTask();

        queue.Shutdown();
        Assert.True(queue.IsShutDown);
        Assert.False(queue.TryPut(3));
        await Assert.ThrowsAsync<QueueShutDownException>(() => queue.PutAsync(3).AsTask());
        await Assert.ThrowsAsync<QueueShutDownException>(() => queue.PutAsync(3, TimeSpan.Zero).AsTask());
        Assert.Equal([1, 2], new[] { await queue.GetAsync(), await queue.GetAsync() }.Order());
        await Assert.ThrowsAsync<QueueShutDownException>(() => queue.GetAsync().AsTask());
        await Assert.ThrowsAsync<QueueShutDownException>(() => queue.GetAsync(TimeSpan.Zero).AsTask());
        await Assert.ThrowsAsync<QueueShutDownException>(() => queue.GetAsync(TimeSpan.FromMinutes(1)).AsTask());
        Assert.False(queue.TryGet(out _));

        queue.MarkDone();
        Assert.False(join.IsCompleted);
        queue.MarkDone();
        await join.Within("join");
        Assert.Empty(_undelivered);
    }

    [Fact]
    public async Task AS62_ShutdownEmpty_BlockedGettersAreRefused()
    {
        using var queue = Create(4);
        var gets = Enumerable.Range(0, 3).Select(_ => queue.GetAsync().AsTask()).ToArray();
        var wait = queue.Reader.WaitToReadAsync();

        queue.Shutdown();
        foreach (var get in gets)
        {
            await Assert.ThrowsAsync<QueueShutDownException>(() => get.Within("get"));
        }

        Assert.False(await wait.Within("wait"));
        Assert.True(queue.JoinAsync().IsCompletedSuccessfully);
        Assert.True(queue.Reader.Completion.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AS62_Shutdown_BlockedPuttersAreRefusedAndPutNothing(bool immediate)
    {
        using var queue = Create(1);
        await queue.PutAsync(1);
        var puts = Enumerable.Range(2, 3).Select(i => queue.PutAsync(i).AsTask()).ToArray();
        var timed = queue.PutAsync(9, TimeSpan.FromMinutes(1)).AsTask();

        queue.Shutdown(immediate);
        foreach (var put in puts.Append(timed))
        {
            await Assert.ThrowsAsync<QueueShutDownException>(() => put.Within("put"));
        }

        Assert.Equal(immediate ? 0 : 1, queue.Count);
        Assert.Equal(immediate ? [(1, DropCause.Aborted)] : [], _undelivered);
    }

    [Fact]
    public async Task AS62_ShutdownImmediate_DrainsMarksDoneAndEndsTheJoin()
    {
        using var queue = Create(4);
        await queue.PutAsync(1);
        await queue.PutAsync(2);
        var join = queue.JoinAsync().AsTask();
        Assert.False(join.IsCompleted);

        queue.Shutdown(immediate: true);
        await join.Within("join");
        Assert.Equal([(1, DropCause.Aborted), (2, DropCause.Aborted)], _undelivered);
        Assert.Equal((0, 0L), (queue.Count, queue.Unfinished));
        await Assert.ThrowsAsync<QueueShutDownException>(() => queue.GetAsync().AsTask());
        Assert.Throws<InvalidOperationException>(queue.MarkDone);
    }

    [Fact]
    public async Task AS62_ShutdownImmediateWithUnfinished_JoinWaitsForTheWorkInHand()
    {
        using var queue = Create(4);
        await queue.PutAsync(1);
        await queue.PutAsync(2);
        var taken = await queue.GetAsync();
        var join = queue.JoinAsync().AsTask();

        queue.Shutdown(immediate: true);
        Assert.Equal([(3 - taken, DropCause.Aborted)], _undelivered);
        Assert.Equal(1, queue.Unfinished);
        Assert.False(join.IsCompleted);
        queue.MarkDone();
        await join.Within("join");
    }

    [Fact]
    public async Task AS62_ShutdownImmediate_JoinEndsAfterTheItemsWereHandedOver()
    {
        var handed = 0;
        var whileHanding = new List<bool>();
        WorkQueue<int>? queue = null;
        queue = new WorkQueue<int>(Channel(4, (_, _) =>
        {
            handed++;
            whileHanding.Add(queue!.JoinAsync().IsCompleted);
        }));
        await queue.PutAsync(1);
        await queue.PutAsync(2);

        queue.Shutdown(immediate: true);
        Assert.Equal(2, handed);
        Assert.Equal([false, false], whileHanding);
        Assert.True(queue.JoinAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task AS62_ShutdownImmediate_CallbackThatThrows_StillEndsTheJoin()
    {
        var queue = new WorkQueue<int>(Channel(4, (_, _) => throw new FormatException()));
        await queue.PutAsync(1);
        var join = queue.JoinAsync().AsTask();

        Assert.Throws<FormatException>(() => queue.Shutdown(immediate: true));
        await join.Within("join");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AS62_Shutdown_Twice_IsOnce(bool immediate)
    {
        using var queue = Create(4);
        Assert.True(queue.TryPut(1));

        queue.Shutdown(immediate);
        queue.Shutdown(immediate);
        queue.Shutdown();
        Assert.Equal(immediate ? 1 : 0, _undelivered.Count);
        Assert.Equal(immediate ? 0 : 1, queue.Count);
    }

    [Fact]
    public async Task AS62_ShutdownGracefulThenImmediate_GivesUpWhatIsLeft()
    {
        using var queue = Create(4);
        await queue.PutAsync(1);
        await queue.PutAsync(2);
        var join = queue.JoinAsync().AsTask();
        queue.Shutdown();
        var taken = await queue.GetAsync();
        queue.MarkDone();

        queue.Shutdown(immediate: true);
        await join.Within("join");
        Assert.Equal([(3 - taken, DropCause.Aborted)], _undelivered);
        await Assert.ThrowsAsync<QueueShutDownException>(() => queue.GetAsync().AsTask());
    }

    [Fact]
    public void AS62_ShutdownRepr_SaysSo()
    {
        using var queue = new WorkQueue<int>(new BoundedChannelPolicy(2) { Name = "mail" });
        Assert.True(queue.TryPut(1));
        Assert.Equal("mail: 1 of 2, 1 unfinished", queue.ToString());

        queue.Shutdown();
        Assert.Equal("mail: 1 of 2, 1 unfinished, shut down", queue.ToString());
    }

    [Fact]
    public async Task AS62_CompletedWithAnError_TheErrorIsTheInnerOne()
    {
        using var queue = Create(2);
        queue.Writer.Complete(new FormatException());

        var error = await Assert.ThrowsAsync<QueueShutDownException>(() => queue.GetAsync().AsTask());
        Assert.IsType<FormatException>(error.InnerException);
        error = await Assert.ThrowsAsync<QueueShutDownException>(() => queue.PutAsync(1).AsTask());
        Assert.IsType<FormatException>(error.InnerException);
    }

    [Fact]
    public async Task AS62_ShutdownWithBlockedGettersAndPutters_AllOrdersEndAlike()
    {
        // What D.3 of the users' complaints asks for: both ways of closing, with somebody blocked on each side.
        foreach (var immediate in new[] { false, true })
        {
            using var empty = Create(1);
            using var full = Create(1);
            await full.PutAsync(1);
            var get = empty.GetAsync().AsTask();
            var put = full.PutAsync(2).AsTask();
            var join = full.JoinAsync().AsTask();
            empty.Shutdown(immediate);
            full.Shutdown(immediate);

            await Assert.ThrowsAsync<QueueShutDownException>(() => get.Within("get"));
            await Assert.ThrowsAsync<QueueShutDownException>(() => put.Within("put"));
            if (!immediate)
            {
                Assert.Equal(1, await full.GetAsync());
                full.MarkDone();
            }

            await join.Within("join");
        }
    }

    private WorkQueue<int> Create(int capacity) => new(Channel(capacity, (item, cause) => _undelivered.Add((item, cause))));
}

public sealed class FirstInFirstOutShutdownTests : WorkQueueShutdownTests
{
    protected override BoundedChannel<int> Channel(int capacity, Action<int, DropCause> onUndelivered) =>
        BoundedChannel.Create(new BoundedChannelPolicy(capacity), onUndelivered);
}

public sealed class LastInFirstOutShutdownTests : WorkQueueShutdownTests
{
    protected override BoundedChannel<int> Channel(int capacity, Action<int, DropCause> onUndelivered) =>
        BoundedChannel.Create(new BoundedChannelPolicy(capacity) { Order = ChannelOrder.NewestFirst }, onUndelivered);
}

public sealed class PriorityShutdownTests : WorkQueueShutdownTests
{
    protected override BoundedChannel<int> Channel(int capacity, Action<int, DropCause> onUndelivered) =>
        BoundedChannel.CreatePrioritized(new BoundedChannelPolicy(capacity), item => -item, null, onUndelivered);
}
