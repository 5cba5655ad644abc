using Concurrency.Bench.Ratios;
using Concurrency.Execution;

namespace Concurrency.Bench.Scopes;

/// <summary>The children run on the .NET pool, as those of the plain way do.</summary>
internal sealed class SpawnJoinOnPoolRow : SpawnJoinRow
{
    public override RowFacts Facts { get; } = new("scopes.spawn-join-10k-pool", "ns/child", 0.8);

    protected override Executor? MakeExecutor() => null;
}
