using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Concurrency.Testing.Clock;

/// <summary>The clock as Rx operators see it: what they schedule waits among the timers of <see cref="VirtualClock"/>.</summary>
internal sealed class ClockScheduler(VirtualClock clock) : VirtualTimeScheduler<long, long>
{
    /// <summary>Sets the time; only forwards.</summary>
    public void MoveTo(long now) => Clock = now;

    public override IDisposable ScheduleAbsolute<TState>(TState state, long dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var inner = new SingleAssignmentDisposable();
        var timer = new VirtualTimer(clock, _ => inner.Disposable = action(this, state), null, ExecutionContext.Capture());
        timer.Change(ClockTime.Span(Math.Max(0, dueTime - Clock)), Timeout.InfiniteTimeSpan);
        return StableCompositeDisposable.Create(timer, inner);
    }

    protected override IScheduledItem<long>? GetNext() => clock.Timers.First;

    protected override long Add(long absolute, long relative) => checked(absolute + relative);

    protected override DateTimeOffset ToDateTimeOffset(long absolute) => clock.Start + ClockTime.Span(absolute);

    protected override long ToRelative(TimeSpan timeSpan) => ClockTime.Nanoseconds(timeSpan);
}
