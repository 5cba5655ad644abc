using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>A clock whose timer callbacks run on an executor.</summary>
internal sealed class LoopTimeProvider(TimeProvider clock, Executor executor, LoopTimers? timers) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (timers is not null)
        {
            return timers.Create(callback, state, dueTime, period);
        }

        var timer = new ForeignTimer(clock, executor, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
