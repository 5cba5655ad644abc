using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>How many items a map works on at a time, where, and in which order the results come.</summary>
public sealed record MapOptions
{
    /// <summary>How many items are worked on at the same time, 1 or more; null for the size of the pool, also when that changes, or the number of processors.</summary>
    /// <remarks>With a <see cref="Pool"/> both count: never more than this, and never more than the pool has slots for; a larger pool does not raise this.</remarks>
    public int? Limit { get; init; }

    /// <summary>Whether the results come in the order of the items, the default, or in the order in which they are ready.</summary>
    public bool IsOrdered { get; init; } = true;

    /// <summary>The pool whose limit the map shares: each item takes a slot of it, in line with all the others; null for none.</summary>
    public WorkPool? Pool { get; init; }

    /// <summary>Where the work runs; null for the executor of the pool, or the one that is current when the results are asked for, or the .NET pool.</summary>
    public Executor? Executor { get; init; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is below 1.</exception>
    internal void Validate()
    {
        if (Limit is < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(Limit), Limit, $"A map cannot work on {Limit} items at a time. Use 1 or more.");
        }
    }
}
