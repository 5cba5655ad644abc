namespace Concurrency.Sources;

/// <summary>What all sources have in common.</summary>
/// <remarks>Sources derive a record from it and add what only they have.</remarks>
public record SourceOptions
{
    /// <summary>Names the source and its channel in statistics, meters and messages; null for the kind's own name.</summary>
    public string? Name { get; init; }

    /// <summary>Events that may wait to be read; 1 or more. The default is 1024.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Capacity
    {
        get;
        init
        {
            if (value < 1)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value,
                    $"A source cannot have room for {value} events. Use a capacity of 1 or more: a source has no one to rendezvous with.");
            }

            field = value;
        }
    } = 1024;

    /// <summary>The clock of the events' timestamps; null for the clock of the executor that the source is started on.</summary>
    public TimeProvider? TimeProvider { get; init; }
}
