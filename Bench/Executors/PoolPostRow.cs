using Concurrency.Bench.Ratios;
using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Bench.Executors;

/// <summary>Post to a pool of our own against the thread pool; both carry the ExecutionContext.</summary>
internal sealed class PoolPostRow() : PostRow(() => new PoolExecutor("bench", Environment.ProcessorCount))
{
    public override RowFacts Facts { get; } = new("executors.pool-post", "ns/post", 0.9);

    protected override void Post(Executor executor, Side side, int count)
    {
        if (side == Side.Ours)
        {
            PostOurs(executor, count);
        }
        else
        {
            QueueBaseline(count);
        }
    }
}
