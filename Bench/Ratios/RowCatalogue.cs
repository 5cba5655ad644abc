using Concurrency.Bench.Bridging;
using Concurrency.Bench.Channels;
using Concurrency.Bench.Coordination;
using Concurrency.Bench.Executors;
using Concurrency.Bench.Http;
using Concurrency.Bench.Scopes;
using Concurrency.Bench.Simulations;
using Concurrency.Bench.Sources;

namespace Concurrency.Bench.Ratios;

/// <summary>All rows in the order of the report.</summary>
internal static class RowCatalogue
{
    private static readonly Func<RatioRow>[] s_rows =
    [
        () => new SpscRow(),
        () => new MpmcRow(),
        () => new SameThreadRow(),
        () => new BatchRow(),
        () => new AllocationRow(),
        () => new YieldRow(),
        () => new OwnYieldRow(),
        () => new CooperativePostRow(),
        () => new CooperativeUnsafePostRow(),
        () => new PoolPostRow(),
        () => new PoolUnsafePostRow(),
        () => new WakeUpRow(),
        () => new OffloadRow(),
        () => new IdleRow(),
        () => new AwaitRow(),
        () => new LockRow(),
        () => new ContendedLockRow(),
        () => new SemaphoreRow(),
        () => new EventRow(),
        () => new ReaderWriterLockRow(),
        () => new SpawnJoinOnPoolRow(),
        () => new SpawnJoinOnPoolExecutorRow(),
        () => new SpawnJoinOnLoopRow(),
        () => new MapRow(),
        () => new ParkedRow(),
        () => new SleepRow(),
        () => new UdpRow(),
        () => new FileRow(),
        () => new SignalRow(),
        () => new StepsRow(),
        () => new CapturedStepsRow(),
        () => new StepsAgainstFifoRow(),
        () => new ManyActorsRow(),
        () => new SmallSchedulesRow(),
        () => new StepAllocationRow(),
        () => new YearRow(),
        () => new BoundedBufferRow(),
        () => new HelloRow(),
        () => new HalfLoadRow(),
    ];

    public static IReadOnlyList<RowFacts> All { get; } = [.. s_rows.Select(make => make().Facts)];

    public static RatioRow Make(string name) =>
        s_rows.Select(make => make()).FirstOrDefault(row => row.Facts.Name == name)
        ?? throw new ArgumentException($"There is no row '{name}'. Rows: {string.Join(", ", All.Select(row => row.Name))}.", nameof(name));
}
