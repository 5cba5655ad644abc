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
            queue.Shrink();
        }

        ExecutorWork Work(int value) => new(() => last = value);
    }

    [Fact]
    public async Task Timer_heap_yields_due_times_in_order_and_first_in_first_out()
    {
        await using var executor = new InlineExecutor();
        var timers = new LoopTimers(executor, static () => { });
        var heap = new DueHeap();
        var random = new Random(5);
        var model = new List<HeapTimer>();
        for (var step = 0; step < 3_000; step++)
        {
            if (random.Next(3) > 0)
            {
                var timer = new HeapTimer(timers, executor, static _ => { }, null);
                heap.Add(timer, random.Next(50));
                model.Add(timer);
            }
            else if (model.Count > 0)
            {
                var leaving = random.Next(2) == 0 ? heap.First! : model[random.Next(model.Count)];
                heap.Remove(leaving);
                heap.Remove(leaving);
                model.Remove((HeapTimer)leaving);
            }

            Assert.Equal(model.Count, heap.Count);
            Assert.Same(model.OrderBy(timer => timer.Due).ThenBy(timer => timer.Order).FirstOrDefault(), heap.First);
        }
    }
}
