using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Concurrency.Execution;
#pragma warning disable
namespace Concurrency.Executors;

public class CooperativeExecutor : Executor
{
    private readonly BlockingCollection<ExecutorWork> _queue = new();
    private readonly Thread[] _threads;
    private readonly CancellationTokenSource _stopping = new();
    private int _inFlight;

    public CooperativeExecutor(string name) : this(name, 1) { }
    protected CooperativeExecutor(string name, int threads) : base(name)
    {
        SynchronizationContext = new ExecutorSynchronizationContext(this);
        _threads = Enumerable.Range(0, threads).Select(_ => new Thread(Loop) { IsBackground = true, Name = name }).ToArray();
        foreach (var t in _threads) t.Start();
    }
    public override ExecutorKind Kind => ExecutorKind.Cooperative;
    public override TimeProvider TimeProvider => TimeProvider.System;
    public override ExecutorStatistics Statistics => default;
    public override SynchronizationContext SynchronizationContext { get; }
    public override CancellationToken Stopping => _stopping.Token;
    public override DescriptorReadiness WatchDescriptor(SafeHandle descriptor) => throw new NotImplementedException();
    public override async Task<bool> DrainAsync(TimeSpan timeout) { while (Volatile.Read(ref _inFlight) > 0) await Task.Delay(1, default(CancellationToken)); return true; }
    public override async ValueTask DisposeAsync() { _stopping.Cancel(); _queue.CompleteAdding(); }
    protected override bool TryEnqueue(ExecutorWork work, WorkKind kind) { try { _queue.Add(work); return true; } catch (InvalidOperationException) { return false; } }
    protected override void OnRootStarted() => Interlocked.Increment(ref _inFlight);
    protected override void OnRootCompleted() => Interlocked.Decrement(ref _inFlight);
    protected override string DescribeRejection() => "stopping";
    private void Loop() { using var turn = EnterTurn(); foreach (var w in _queue.GetConsumingEnumerable()) w.Execute(); }
}
public sealed class DedicatedThreadExecutor(string name) : CooperativeExecutor(name) { public override ExecutorKind Kind => ExecutorKind.DedicatedThread; }
public sealed class PoolExecutor(string name, int threads) : CooperativeExecutor(name, threads) { public override ExecutorKind Kind => ExecutorKind.Pool; public override int MaximumConcurrency => threads; }
