using Concurrency.Bench.Ratios;
using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Bench.Executors;

/// <summary>Post to a cooperative loop against the thread pool; both carry the ExecutionContext.</summary>
internal sealed class CooperativePostRow() : PostRow(() => new CooperativeExecutor("bench"))
{
    public override RowFacts Facts { get; } = new("executors.cooperative-post", "ns/post", 1.0);

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
