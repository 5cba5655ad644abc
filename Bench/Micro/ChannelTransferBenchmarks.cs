using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Concurrency.Bench.Channels;

namespace Concurrency.Bench.Micro;

/// <summary>Items through 1024 places, by number of writers and readers; per item.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class ChannelTransferBenchmarks
{
    private const int Items = 100_000;

    [BenchmarkCategory("Spsc")]
    [Benchmark(Baseline = true, OperationsPerInvoke = Items)]
    public Task SpscInBoxAsync() => Transfer<InBoxSide>.RunAsync(1024, 1, 1, Items);

    [BenchmarkCategory("Spsc")]
    [Benchmark(OperationsPerInvoke = Items)]
    public Task SpscOursAsync() => Transfer<OursSide>.RunAsync(1024, 1, 1, Items);

    [BenchmarkCategory("Mpsc")]
    [Benchmark(Baseline = true, OperationsPerInvoke = Items)]
    public Task MpscInBoxAsync() => Transfer<InBoxSide>.RunAsync(1024, 4, 1, Items);

    [BenchmarkCategory("Mpsc")]
    [Benchmark(OperationsPerInvoke = Items)]
    public Task MpscOursAsync() => Transfer<OursSide>.RunAsync(1024, 4, 1, Items);

    [BenchmarkCategory("Mpmc")]
    [Benchmark(Baseline = true, OperationsPerInvoke = Items)]
    public Task MpmcInBoxAsync() => Transfer<InBoxSide>.RunAsync(1024, 4, 4, Items);

    [BenchmarkCategory("Mpmc")]
    [Benchmark(OperationsPerInvoke = Items)]
    public Task MpmcOursAsync() => Transfer<OursSide>.RunAsync(1024, 4, 4, Items);

    [BenchmarkCategory("HandOff")]
    [Benchmark(Baseline = true, OperationsPerInvoke = Items)]
    public Task HandOffInBoxAsync() => Transfer<InBoxSide>.RunAsync(0, 1, 1, Items);

    [BenchmarkCategory("HandOff")]
    [Benchmark(OperationsPerInvoke = Items)]
    public Task HandOffOursAsync() => Transfer<OursSide>.RunAsync(0, 1, 1, Items);
}
