using Concurrency.Bench.Ratios;
using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Bench.Executors;

/// <summary>UnsafePost to a pool of our own against the thread pool; neither carries the ExecutionContext.</summary>
internal sealed class PoolUnsafePostRow() : PostRow(() => new PoolExecutor("bench", Environment.ProcessorCount))
{
    public override RowFacts Facts { get; } = new("executors.pool-unsafe-post", "ns/post", 0.9);

    protected override void Post(Executor executor, Side side, int count)
    {
        if (side == Side.Ours)
        {
            UnsafePostOurs(executor, count);
        }
        else
        {
            UnsafeQueueBaseline(count);
        }
    }
}
