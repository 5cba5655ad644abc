using Concurrency.Channels;
using static Concurrency.Tests.ForeignContext.Calls;

namespace Concurrency.Tests.ForeignContext;

internal static class QueueCalls
{
    public static IReadOnlyDictionary<string, Func<Call, Task>> Members { get; } = new Dictionary<string, Func<Call, Task>>
    {
        ["WatchSubscription.WaitForChangeAsync(CancellationToken)"] = async call =>
        {
            var watch = new WatchChannel<int>(1);
            using var subscription = watch.Subscribe();
            await EndsWithAsync(call, () => subscription.WaitForChangeAsync().AsTask(), () => Assert.True(watch.Writer.TryWrite(2)));
        },
        ["WorkQueue.GetAsync(CancellationToken)"] = call =>
            QueueAsync(call, queue => queue.GetAsync().AsTask(), queue => Assert.True(queue.TryPut(1))),
        ["WorkQueue.GetAsync(TimeSpan, CancellationToken)"] = call =>
            QueueAsync(call, queue => queue.GetAsync(Long).AsTask(), queue => Assert.True(queue.TryPut(1))),
        ["WorkQueue.PutAsync(T, CancellationToken)"] = call => FullAsync(call, queue => queue.PutAsync(2).AsTask(), queue => queue.TryGet(out _)),
        ["WorkQueue.PutAsync(T, TimeSpan, CancellationToken)"] = call => FullAsync(call, queue => queue.PutAsync(2, Long).AsTask(), queue => queue.TryGet(out _)),
        ["WorkQueue.JoinAsync(CancellationToken)"] = call => FullAsync(call, queue => queue.JoinAsync().AsTask(), queue =>
        {
            Assert.True(queue.TryGet(out _));
            queue.MarkDone();
        }),
    };

    private static Task FullAsync(Call call, Func<WorkQueue<int>, Task> member, Action<WorkQueue<int>> end) => QueueAsync(
        call,
        queue =>
        {
            Assert.True(queue.TryPut(1));
            return member(queue);
        },
        end);

    private static async Task QueueAsync(Call call, Func<WorkQueue<int>, Task> member, Action<WorkQueue<int>> end)
    {
        using var queue = new WorkQueue<int>(1);
        await EndsWithAsync(call, () => member(queue), () => end(queue));
    }

    private static async Task EndsWithAsync(Call call, Func<Task> member, Action end)
    {
        var pending = call(member);
        Assert.False(pending.IsCompleted);
        end();
        await pending;
    }
}
