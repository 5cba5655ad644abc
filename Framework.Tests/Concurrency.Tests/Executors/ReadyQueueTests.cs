using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Tests.Executors;

public sealed class ReadyQueueTests
{
    [Fact]
    public void Random_operations_behave_like_a_plain_queue()
    {
        var random = new Random(17);
        var queue = new ReadyQueue();
        var model = new Queue<int>();
        var last = 0;
        var next = 0;
        for (var step = 0; step < 200_000; step++)
        {
            switch (random.Next(8))
            {
                case 0:
                    var batch = Enumerable.Range(0, random.Next(40)).Select(_ => next++).ToArray();
                    queue.EnqueueRange(batch.Select(Work).ToArray());
                    Array.ForEach(batch, model.Enqueue);
                    break;
                case < 4:
                    queue.Enqueue(Work(next));
                    model.Enqueue(next++);
                    break;
                default:
                    Assert.Equal(model.TryDequeue(out var expected), queue.TryDequeue(out var work));
                    if (!work.IsEmpty)
                    {
                        work.Execute();
                        Assert.Equal(expected, last);
                    }

                    break;
            }

            Assert.Equal(model.Count, queue.Count);
            if (step % 5 == 0)
            {
                queue.See();
            }

            queue.Shrink();
        }

        ExecutorWork Work(int value) => new(() => last = value);
    }

    [Fact]
    public void Burst_OfASizeThatCameBefore_AllocatesNothing()
    {
        var queue = new ReadyQueue();
        Burst(queue, 10_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
        {
            Burst(queue, 10_000);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Shrink_AfterBurstsHaveStopped_FreesWhatTheyNeeded()
    {
        var queue = new ReadyQueue();
        Burst(queue, 10_000);
        for (var i = 0; i < 200; i++)
        {
            Burst(queue, 10);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Burst(queue, 10_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 50_000, 500_000);
    }

    private static void Burst(ReadyQueue queue, int size)
    {
        var work = new ExecutorWork((Action<object?>)(static _ => { }), null);
        for (var i = 0; i < size; i++)
        {
            queue.Enqueue(work);
        }

        queue.See();
        while (queue.TryDequeue(out _))
        {
        }

        queue.Shrink();
    }
}
