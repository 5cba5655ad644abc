using Concurrency.Bench.Ratios;
using Concurrency.Execution;

namespace Concurrency.Bench.Executors;

/// <summary>The executor's own <c>Executor.Yield</c> against <c>Task.Yield</c> on the plain pump.</summary>
internal sealed class OwnYieldRow : YieldRow
{
    public override RowFacts Facts { get; } = new("executors.cooperative-yield-own", "ns/yield", 3.0);

    protected override async Task OursAsync(long operations)
    {
        for (var i = 0L; i < operations; i++)
        {
            await Executor.Yield();
        }
    }
}
