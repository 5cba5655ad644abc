namespace Concurrency.Testing.Simulated;

/// <summary>What the way from one node to another is like. Rates are in thousandths, from 0 to 1000.</summary>
/// <remarks>A rate of null is drawn by each schedule on <see cref="Faults.FaultLevel.Swarm"/>, and 0 on <see cref="Faults.FaultLevel.None"/>.</remarks>
public sealed record LinkOptions
{
    /// <summary>The shortest time that a datagram takes; 1 ms unless set.</summary>
    public TimeSpan MinimumLatency { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The longest time that a datagram takes without a fault; 5 ms unless set. A schedule chooses between the two.</summary>
    public TimeSpan MaximumLatency { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How many datagrams are lost.</summary>
    public int? Loss { get; init => field = Checked(value); }

    /// <summary>How many arrive a second time.</summary>
    public int? Duplicate { get; init => field = Checked(value); }

    /// <summary>How many are held back while later ones pass; without it, a link keeps the order.</summary>
    public int? Reorder { get; init => field = Checked(value); }

    /// <summary>How many arrive with a changed byte.</summary>
    public int? Corrupt { get; init => field = Checked(value); }

    /// <summary>How many of those that are larger than <see cref="Mtu"/> arrive cut to it.</summary>
    public int? Truncate { get; init => field = Checked(value); }

    /// <summary>How many of those that find nobody are reported to the sender's socket, as ICMP does.</summary>
    public int? Refuse { get; init => field = Checked(value); }

    /// <summary>At how many sends the way breaks for up to <see cref="LongestOutage"/>, in which all is lost.</summary>
    public int? Outage { get; init => field = Checked(value); }

    /// <summary>The most bytes that one packet of the network carries; 1472 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Mtu
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1472;

    /// <summary>How long an outage lasts at most; 10 s unless set.</summary>
    public TimeSpan LongestOutage { get; init; } = TimeSpan.FromSeconds(10);

    /// <exception cref="ArgumentOutOfRangeException">The latencies contradict each other.</exception>
    internal void Validate()
    {
        if (MinimumLatency < TimeSpan.Zero || MaximumLatency < MinimumLatency || LongestOutage < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(MaximumLatency), MaximumLatency,
                $"A link cannot take from {MinimumLatency} to {MaximumLatency}, with outages up to {LongestOutage}. Use times from 0, the longest not below the shortest.");
        }
    }

    private static int? Checked(int? rate) => rate is null or (>= 0 and <= 1000) ? rate : throw new ArgumentOutOfRangeException(
        nameof(rate), rate, $"A fault cannot come {rate} times in a thousand. Use 0 to 1000, or null to leave it to the level of faults.");
}
