using Concurrency.Bench.Ratios;
using Concurrency.Scopes;

namespace Concurrency.Bench.Scopes;

/// <summary>Memory that each of a million children costs that wait for one event, the state of their own async method included.</summary>
internal sealed class ParkedRow : LimitRow
{
    private const int Children = 1_000_000;

    private int _parked;

    public override RowFacts Facts { get; } = new("scopes.parked-1M", "B/child", 1.0) { Limit = 300 };

    public override int PairsFor(int standard) => 1;

    protected override async Task<double> MeasureAsync(TimeSpan length)
    {
        if (Warming)
        {
            _ = await ParkAsync(1000);
        }

        return await ParkAsync(Warming ? 10_000 : Children);
    }

    private async Task<double> ParkAsync(int children)
    {
        _parked = 0;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        return await TaskScope.RunAsync(async scope =>
        {
            var release = new TaskCompletionSource();
            var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Func<CancellationToken, Task> work = async _ =>
            {
                if (Interlocked.Increment(ref _parked) == children)
                {
                    all.SetResult();
                }

                await release.Task;
            };
            for (var i = 0; i < children; i++)
            {
                _ = scope.Start("child", work);
            }

            await all.Task;
            var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
            release.SetResult();
            return (double)bytes / children;
        });
    }
}
