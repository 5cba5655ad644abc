using Concurrency.Bench.Ratios;
using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Bench.Scopes;

/// <summary>The children run on the cooperative executor that started them.</summary>
internal sealed class SpawnJoinOnLoopRow : SpawnJoinRow
{
    public override RowFacts Facts { get; } = new("scopes.spawn-join-10k-cooperative", "ns/child", 2.0);

    protected override Executor MakeExecutor() => new CooperativeExecutor("bench");
}
