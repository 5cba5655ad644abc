namespace Concurrency.Testing.Schedules;

/// <summary>What an actor of the estimated schedule did.</summary>
internal sealed class EstimatedActor
{
    /// <summary>How many turns it had, with those of all actors that it made.</summary>
    public int Turns { get; set; }

    /// <summary>The actors that it made, in their order.</summary>
    public List<EstimatedActor> Made { get; } = [];
}
