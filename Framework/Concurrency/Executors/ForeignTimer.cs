using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>A timer that another clock keeps and whose callback runs on an executor.</summary>
internal sealed class ForeignTimer : LoopTimer
{
    private readonly Executor _executor;
    private readonly ITimer _inner;

    public ForeignTimer(TimeProvider clock, Executor executor, TimerCallback callback, object? state)
        : base(callback, state)
    {
        _executor = executor;
        _inner = clock.CreateTimer(static self => ((ForeignTimer)self!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    protected override Executor Executor => _executor;

    public override bool Change(TimeSpan dueTime, TimeSpan period) => !IsDisposed && _inner.Change(dueTime, period);

    protected override void Stop() => _inner.Dispose();

    private void Fire()
    {
        if (TryQueue())
        {
            _executor.Resume(new ExecutorWork(this));
        }
    }
}
