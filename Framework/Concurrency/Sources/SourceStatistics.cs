namespace Concurrency.Sources;

/// <summary>A snapshot of what a source has seen and published.</summary>
/// <remarks>
/// <c>Observed = Coalesced + Published</c>, and with the component that reads the source
/// <c>Published = handled + Dropped + Undelivered</c> once it has ended.
/// </remarks>
public readonly record struct SourceStatistics
{
    /// <summary>Events that the source saw, real and synthetic.</summary>
    public long Observed { get; init; }

    /// <summary>Events that were merged into one that was not read yet.</summary>
    public long Coalesced { get; init; }

    /// <summary>Events handed to the channel, including those that it dropped and the synthetic ones of a resync.</summary>
    public long Published { get; init; }

    /// <summary>Published events that the channel dropped because it was full.</summary>
    public long Dropped { get; init; }

    /// <summary>Published events that were left in the channel when the source was disposed.</summary>
    public long Undelivered { get; init; }

    /// <summary>How often the source lost its place and looked at the whole state again.</summary>
    public long Resyncs { get; init; }

    /// <summary>Failures that the source survived.</summary>
    public long Errors { get; init; }
}
