using Concurrency.Testing.Clock;

namespace Concurrency.Testing.Engine;

/// <summary>The conditions that a schedule is watched for.</summary>
internal sealed class SimulationOutlook(World world, CoverageTally tally)
{
    private readonly List<(Func<bool> Condition, string What)> _always = [];
    private readonly List<(Func<bool> Condition, long Until, string What)> _pending = [];
    private bool _watches;
    private readonly List<(Func<bool> Condition, string What)> _sometimes = [];

    public void Always(Func<bool> condition, string what)
    {
        Check(condition, what);
        _always.Add((condition, what));
        Watch();
    }

    public void Eventually(Func<bool> condition, TimeSpan within, string what)
    {
        Check(condition, what);
        ArgumentOutOfRangeException.ThrowIfLessThan(within, TimeSpan.Zero);
        _pending.Add((condition, world.Clock.Now + ClockTime.Nanoseconds(within), what));
        Watch();
    }

    public void Sometimes(Func<bool> condition, string what)
    {
        Check(condition, what);
        tally.Demand(what);
        _sometimes.Add((condition, what));
        Watch();
    }

    /// <summary>The schedule has ended: what was to come has come, or never will.</summary>
    public void End()
    {
        if (_pending.Count > 0)
        {
            Look();
        }

        foreach (var (_, _, what) in _pending)
        {
            world.Fail(SimulationFailureKind.EventuallyViolated, $"'{what}' was to hold in the end, but the schedule ended without it.");
        }
    }

    private static void Check(Func<bool> condition, string what)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentException.ThrowIfNullOrWhiteSpace(what);
    }

    private void Watch()
    {
        if (!_watches)
        {
            _watches = true;
            world.AfterStep += Look;
        }
    }

    private void Look()
    {
        foreach (var (condition, what) in _always)
        {
            if (!condition())
            {
                world.Fail(SimulationFailureKind.AlwaysViolated, $"'{what}' must always hold, but did not after step {world.Steps}.");
                return;
            }
        }

        for (var index = _pending.Count - 1; index >= 0; index--)
        {
            var (condition, until, what) = _pending[index];
            if (condition())
            {
                _pending.RemoveAt(index);
            }
            else if (world.Clock.Now > until)
            {
                world.Fail(SimulationFailureKind.EventuallyViolated, $"'{what}' was to hold by {ClockTime.Span(until)}, but at {ClockTime.Span(world.Clock.Now)} it does not.");
                return;
            }
        }

        for (var index = _sometimes.Count - 1; index >= 0; index--)
        {
            if (_sometimes[index].Condition())
            {
                var what = _sometimes[index].What;
                tally.Reach(what);
                _sometimes.RemoveAll(other => other.What == what);
                index = Math.Min(index, _sometimes.Count);
            }
        }
    }
}
