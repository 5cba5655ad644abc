using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Concurrency.Bench.Executors;
using Concurrency.Execution;

namespace Concurrency.Bench.Micro;

/// <summary>Starting work and giving way on an executor against the plain .NET way; one subclass per kind.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public abstract class ExecutorBenchmarks
{
    private const int Yields = 10_000;

    private Executor _executor = null!;
    private ContextPump _pump = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _executor = Create();
        _pump = new ContextPump();
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _executor.DisposeAsync();
        _pump.Dispose();
    }

    [BenchmarkCategory("StartStop")]
    [Benchmark(Baseline = true)]
    public Task TaskRunAsync() => Task.Run(static () => { });

    [BenchmarkCategory("StartStop")]
    [Benchmark]
    public Task InvokeAsync() => _executor.InvokeAsync(static () => { });

    [BenchmarkCategory("StartStopAsync")]
    [Benchmark(Baseline = true)]
    public Task TaskRunYieldAsync() => Task.Run(static async () => await Task.Yield());

    [BenchmarkCategory("StartStopAsync")]
    [Benchmark]
    public Task RunYieldAsync() => _executor.RunAsync(static async _ => await Task.Yield());

    [BenchmarkCategory("Yield")]
    [Benchmark(Baseline = true, OperationsPerInvoke = Yields)]
    public Task PumpYieldsAsync() => _pump.RunAsync(YieldAsync);

    [BenchmarkCategory("Yield")]
    [Benchmark(OperationsPerInvoke = Yields)]
    public Task ExecutorYieldsAsync() => _executor.RunAsync(static _ => YieldAsync());

    [BenchmarkCategory("Yield")]
    [Benchmark(OperationsPerInvoke = Yields)]
    public Task ExecutorOwnYieldsAsync() => _executor.RunAsync(static _ => OwnYieldAsync());

    protected abstract Executor Create();

    private static async Task YieldAsync()
    {
        for (var i = 0; i < Yields; i++)
        {
            await Task.Yield();
        }
    }

    private static async Task OwnYieldAsync()
    {
        for (var i = 0; i < Yields; i++)
        {
            await Executor.Yield();
        }
    }
}
