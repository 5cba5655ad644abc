using System.Threading.Channels;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Concurrency.Bench.Channels;

namespace Concurrency.Bench.Micro;

/// <summary>What one operation costs when nobody contends, and what a round trip costs when each step waits.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class ChannelPairBenchmarks
{
    private const int Rounds = 10_000;

    private readonly Channel<int> _inBox = InBoxSide.Create(1024);
    private readonly Channel<int> _ours = OursSide.Create(1024);

    [BenchmarkCategory("Seq")]
    [Benchmark(Baseline = true)]
    public bool SeqInBox() => _inBox.Writer.TryWrite(1) && _inBox.Reader.TryRead(out _);

    [BenchmarkCategory("Seq")]
    [Benchmark]
    public bool SeqOurs() => _ours.Writer.TryWrite(1) && _ours.Reader.TryRead(out _);

    [BenchmarkCategory("SeqAwaited")]
    [Benchmark(Baseline = true)]
    public async ValueTask<int> SeqAwaitedInBoxAsync()
    {
        await _inBox.Writer.WriteAsync(1);
        return await _inBox.Reader.ReadAsync();
    }

    [BenchmarkCategory("SeqAwaited")]
    [Benchmark]
    public async ValueTask<int> SeqAwaitedOursAsync()
    {
        await _ours.Writer.WriteAsync(1);
        return await _ours.Reader.ReadAsync();
    }

    [BenchmarkCategory("PingPong")]
    [Benchmark(Baseline = true, OperationsPerInvoke = Rounds)]
    public Task PingPongInBoxAsync() => PingPong<InBoxSide>.RunAsync(Rounds);

    [BenchmarkCategory("PingPong")]
    [Benchmark(OperationsPerInvoke = Rounds)]
    public Task PingPongOursAsync() => PingPong<OursSide>.RunAsync(Rounds);
}
