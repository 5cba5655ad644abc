using Concurrency.Bench.Ratios;
using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Bench.Scopes;

/// <summary>The children run on a pool of our own with as many threads as there are processors.</summary>
internal sealed class SpawnJoinOnPoolExecutorRow : SpawnJoinRow
{
    public override RowFacts Facts { get; } = new("scopes.spawn-join-10k-pool-executor", "ns/child", 0.8);

    protected override Executor MakeExecutor() => new PoolExecutor("bench", Environment.ProcessorCount);
}
