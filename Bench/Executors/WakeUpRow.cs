using Concurrency.Bench.Ratios;
using Concurrency.Executors;

namespace Concurrency.Bench.Executors;

/// <summary>Two idle threads wake each other in turn: two cooperative loops by a post, two plain threads by an event that does not spin.</summary>
internal sealed class WakeUpRow : ThroughputRow
{
    private CooperativeExecutor _near = null!;
    private CooperativeExecutor _far = null!;
    private readonly Action<object?> _ping;
    private readonly Action<object?> _pong;
    private TaskCompletionSource _done = new();
    private long _left;

    public WakeUpRow()
    {
        _ping = _ => Ping();
        _pong = _ => _near.UnsafePost(_ping!, null);
    }

    public override RowFacts Facts { get; } = new("executors.wakeup", "ns/trip", 0.9);

    public override Task StartAsync()
    {
        _near = new CooperativeExecutor("near");
        _far = new CooperativeExecutor("far");
        return Task.CompletedTask;
    }

    protected override async ValueTask StopAsync()
    {
        await _near.DisposeAsync();
        await _far.DisposeAsync();
    }

    protected override Task RunAsync(Side side, long operations)
    {
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (side == Side.Baseline)
        {
            RunThreads(operations);
            return _done.Task;
        }

        _left = operations;
        _near.UnsafePost(_ping, null);
        return _done.Task;
    }

    private void Ping()
    {
        if (_left-- == 0)
        {
            _done.SetResult();
            return;
        }

        _far.UnsafePost(_pong, null);
    }

    private void RunThreads(long trips)
    {
        var forth = new ManualResetEventSlim(false, 0);
        var back = new ManualResetEventSlim(false, 0);
        new Thread(() => Answer(forth, back, trips)).Start();
        new Thread(() =>
        {
            Ask(forth, back, trips);
            _done.SetResult();
        }).Start();
    }

    private static void Ask(ManualResetEventSlim forth, ManualResetEventSlim back, long trips)
    {
        for (var i = 0L; i < trips; i++)
        {
            forth.Set();
            back.Wait();
            back.Reset();
        }
    }

    private static void Answer(ManualResetEventSlim forth, ManualResetEventSlim back, long trips)
    {
        for (var i = 0L; i < trips; i++)
        {
            forth.Wait();
            forth.Reset();
            back.Set();
        }
    }
}
