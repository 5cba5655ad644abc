namespace Concurrency.Channels;

/// <summary>How many items a channel holds and what happens when there is no room for another.</summary>
public sealed record BoundedChannelPolicy
{
    /// <summary>Makes a policy for a number of items.</summary>
    /// <param name="capacity">Items that the channel holds at most; 0 makes a rendezvous, where each write waits for its reader.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is negative.</exception>
    public BoundedChannelPolicy(int capacity)
    {
        Capacity = capacity;
    }

    /// <summary>Items that the channel holds at most; 0 or more.</summary>
    public int Capacity
    {
        get;
        init
        {
            if (value < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value,
                    $"A channel cannot hold {value} items. Use 0 for a rendezvous or a positive capacity.");
            }

            field = value;
        }
    }

    /// <summary>What a write does when the channel is full. The default is <see cref="ChannelFullMode.Wait"/>.</summary>
    public ChannelFullMode FullMode { get; init; } = ChannelFullMode.Wait;

    /// <summary>Names the channel in statistics and messages and switches its meter on; null for an unnamed channel.</summary>
    public string? Name { get; init; }

    /// <summary>Promises that at most one read or wait is outstanding at a time: checked in debug builds, used for speed in release builds.</summary>
    public bool SingleReader { get; init; }

    /// <summary>Promises that at most one write or wait is outstanding at a time: checked in debug builds, used for speed in release builds.</summary>
    public bool SingleWriter { get; init; }
}
