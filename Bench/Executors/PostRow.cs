using Concurrency.Bench.Ratios;
using Concurrency.Execution;

namespace Concurrency.Bench.Executors;

/// <summary>One producer that is no thread of either side queues callbacks until all have run; at most 8192 are under way.</summary>
internal abstract class PostRow(Func<Executor> make) : ThroughputRow
{
    private const int Window = 8192;
    private const int Burst = 256;

    private static readonly Action<object?> s_ours = static _ => CallbackCount.Add();
    private static readonly WaitCallback s_baseline = static _ => CallbackCount.Add();

    private Executor _executor = null!;

    protected override long Grain => Burst;

    public override Task StartAsync()
    {
        _executor = make();
        return Task.CompletedTask;
    }

    protected override ValueTask StopAsync() => _executor.DisposeAsync();

    protected override Task RunAsync(Side side, long operations)
    {
        // The producer is a thread of its own: on a pool thread the baseline would use its fast local queue.
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var producer = new Thread(() =>
        {
            Produce(side, operations);
            done.SetResult();
        });
        producer.Start();
        return done.Task;
    }

    protected static void PostOurs(Executor executor, int count)
    {
        for (var i = 0; i < count; i++)
        {
            executor.Post(s_ours, null);
        }
    }

    protected static void UnsafePostOurs(Executor executor, int count)
    {
        for (var i = 0; i < count; i++)
        {
            executor.UnsafePost(s_ours, null);
        }
    }

    protected static void QueueBaseline(int count)
    {
        for (var i = 0; i < count; i++)
        {
            ThreadPool.QueueUserWorkItem(s_baseline, null);
        }
    }

    protected static void UnsafeQueueBaseline(int count)
    {
        for (var i = 0; i < count; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(s_baseline, null);
        }
    }

    protected abstract void Post(Executor executor, Side side, int count);

    private void Produce(Side side, long operations)
    {
        var before = CallbackCount.Total;
        for (var posted = 0L; posted < operations;)
        {
            Post(_executor, side, Burst);
            posted += Burst;
            while (posted - (CallbackCount.Total - before) > Window)
            {
                Thread.Sleep(0);
            }
        }

        while (CallbackCount.Total - before < operations)
        {
            Thread.Sleep(0);
        }
    }
}
