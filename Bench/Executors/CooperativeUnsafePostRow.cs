using Concurrency.Bench.Ratios;
using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Bench.Executors;

/// <summary>UnsafePost to a cooperative loop against the thread pool; neither carries the ExecutionContext.</summary>
internal sealed class CooperativeUnsafePostRow() : PostRow(() => new CooperativeExecutor("bench"))
{
    public override RowFacts Facts { get; } = new("executors.cooperative-unsafe-post", "ns/post", 1.0);

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
