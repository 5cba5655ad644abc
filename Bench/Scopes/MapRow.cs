using Concurrency.Bench.Ratios;
using Concurrency.Scopes;

namespace Concurrency.Bench.Scopes;

/// <summary>Asynchronous work of some twenty microseconds per item with results in order; the plain way stores them from Parallel.ForEachAsync.</summary>
internal sealed class MapRow : ThroughputRow
{
    private const int Rounds = 20_000;

    private static readonly int s_limit = Environment.ProcessorCount;
    private long _sum;

    public override RowFacts Facts { get; } = new("scopes.map-ordered", "ns/item", 1.0);

    protected override async Task RunAsync(Side side, long operations)
    {
        var count = (int)operations;
        if (side == Side.Ours)
        {
            await foreach (var result in Enumerable.Range(0, count).MapAsync(static (i, _) => WorkAsync(i), new MapOptions { Limit = s_limit }))
            {
                _sum += result;
            }

            return;
        }

        var results = new long[count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = s_limit }, async (i, _) => results[i] = await WorkAsync(i));
        foreach (var result in results)
        {
            _sum += result;
        }
    }

    private static async Task<long> WorkAsync(int item)
    {
        await Task.Yield();
        var value = (ulong)item;
        for (var i = 0; i < Rounds; i++)
        {
            value = (value * 6364136223846793005) + 1442695040888963407;
        }

        return (long)(value >> 40);
    }
}
