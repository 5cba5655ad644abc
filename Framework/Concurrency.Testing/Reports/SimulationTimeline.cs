namespace Concurrency.Testing.Reports;

/// <summary>What happened in one schedule: who did what, where and when.</summary>
public sealed class SimulationTimeline
{
    internal SimulationTimeline(IReadOnlyList<string> actors, IReadOnlyList<TimelineRow> rows, long omitted)
    {
        Actors = actors;
        Rows = rows;
        Omitted = omitted;
    }

    /// <summary>The names of the actors that did something, in the order of their first step.</summary>
    public IReadOnlyList<string> Actors { get; }

    /// <summary>What happened, in its order.</summary>
    public IReadOnlyList<TimelineRow> Rows { get; }

    /// <summary>How many rows at the beginning were left out, because the schedule is too long to be kept.</summary>
    public long Omitted { get; }

    /// <summary>The interleaving as a table: a column per actor, a row per operation.</summary>
    public override string ToString() => TimelineTable.Format(this, int.MaxValue);

    /// <summary>The last rows of the interleaving as a table.</summary>
    /// <param name="rows">How many rows at most, from 1.</param>
    public string ToString(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return TimelineTable.Format(this, rows);
    }
}
