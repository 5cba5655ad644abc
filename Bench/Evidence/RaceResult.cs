namespace Concurrency.Bench.Evidence;

/// <summary>The accounts of one race.</summary>
internal sealed record RaceResult
{
    /// <summary>Writes that reported success.</summary>
    public required long Written { get; init; }

    /// <summary>Reads, waits and writes that reported cancellation.</summary>
    public required long Cancelled { get; init; }

    /// <summary>Items whose write succeeded and that no reader ever got.</summary>
    public required long Lost { get; init; }

    /// <summary>Items that a reader got although their write reported cancellation.</summary>
    public required long DeliveredThoughCancelled { get; init; }

    /// <summary>Items that were delivered more than once.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Calls that failed with anything but cancellation or the channel's end.</summary>
    public required long Exceptions { get; init; }

    /// <summary>1 if nothing moved any more although writers and readers were there.</summary>
    public required long Stalls { get; init; }

    /// <summary>The first of <see cref="Exceptions"/>.</summary>
    public string? FirstException { get; init; }

    public bool IsClean => Lost + DeliveredThoughCancelled + Duplicates + Exceptions + Stalls == 0;
}
