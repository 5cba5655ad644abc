namespace Concurrency.Testing.Clock;

/// <summary>A timer that counts in the time of a node.</summary>
internal sealed class NodeTimer(NodeClock clock, ITimer inner) : ITimer
{
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        ClockTime.Validate(dueTime, period);
        return inner.Change(clock.Real(dueTime), clock.Real(period));
    }

    public void Dispose() => inner.Dispose();

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
