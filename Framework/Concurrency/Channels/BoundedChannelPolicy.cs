using System.Diagnostics.CodeAnalysis;

namespace Concurrency.Channels;

/// <summary>How many items a channel holds and what happens when there is no room for another.</summary>
public sealed record BoundedChannelPolicy
{
    /// <summary>Makes a policy whose <see cref="Capacity"/> is set by name.</summary>
    public BoundedChannelPolicy()
    {
    }

    /// <summary>Makes a policy for a number of items.</summary>
    /// <param name="capacity">Items that the channel holds at most; 0 makes a rendezvous, where each write waits for its reader.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is negative.</exception>
    [SetsRequiredMembers]
    public BoundedChannelPolicy(int capacity)
    {
        Capacity = capacity;
    }

    /// <summary>Items that the channel holds at most; 0 or more.</summary>
    public required int Capacity
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
    /// <remarks>The modes that drop need a capacity of at least 1; this is checked when the channel is made.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a member of <see cref="ChannelFullMode"/>.</exception>
    public ChannelFullMode FullMode
    {
        get;
        init
        {
            if (value is < ChannelFullMode.Wait or > ChannelFullMode.Reject)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, $"There is no full mode {(int)value}. Use a member of {nameof(ChannelFullMode)}.");
            }

            field = value;
        }
    }

    /// <summary>Which item inside is read next. The default is <see cref="ChannelOrder.OldestFirst"/>.</summary>
    /// <remarks>
    /// Whoever waits is served in order of arrival all the same. What the full modes call newest and oldest is what came last and first.
    /// <see cref="ChannelOrder.NewestFirst"/> needs a capacity of at least 1, and a channel that orders its items itself (by priority, by key)
    /// refuses it; this is checked when the channel is made.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a member of <see cref="ChannelOrder"/>.</exception>
    public ChannelOrder Order
    {
        get;
        init
        {
            if (value is < ChannelOrder.OldestFirst or > ChannelOrder.NewestFirst)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, $"There is no order {(int)value}. Use a member of {nameof(ChannelOrder)}.");
            }

            field = value;
        }
    }

    /// <summary>In a channel with priorities: how many later items may be read before one that waits inside; null (the default) for any number.</summary>
    /// <remarks>
    /// Without a limit the order is strict, as in the BCL's prioritized channel, and items of low priority may wait for ever. With a limit of
    /// n each item is overtaken n times at most: then it is read next, whatever its priority. 0 makes the channel first in, first out.
    /// Other channels ignore it.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int? OvertakeLimit
    {
        get;
        init
        {
            if (value < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, $"An item cannot be overtaken {value} times at most. Use 0 or more, or null for no limit.");
            }

            field = value;
        }
    }

    /// <summary>Names the channel in statistics and messages and switches its meter on; null for an unnamed channel.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public string? Name
    {
        get;
        init
        {
            if (value is not null && string.IsNullOrWhiteSpace(value))
            {
                throw new ArgumentException("The name of a channel is empty. Give it a name that tells it from others, or null for none.", nameof(value));
            }

            field = value;
        }
    }

    /// <summary>Promises that at most one read or wait is outstanding at a time: checked in debug builds, used for speed in release builds.</summary>
    public bool SingleReader { get; init; }

    /// <summary>Promises that at most one write or wait is outstanding at a time: checked in debug builds, used for speed in release builds.</summary>
    public bool SingleWriter { get; init; }

    /// <summary>Checks what only holds for the properties together.</summary>
    /// <exception cref="ArgumentException">The policy has capacity 0 and drops items, or reads the newest first.</exception>
    internal void Validate()
    {
        if (Capacity == 0 && Order != ChannelOrder.OldestFirst)
        {
            throw new ArgumentException(
                $"A channel of capacity 0 cannot use {Order}: it holds no items that could be ordered, and waiting writers are served in order of arrival. Use {ChannelOrder.OldestFirst}, or a capacity of at least 1.");
        }

        if (Capacity == 0 && FullMode is not (ChannelFullMode.Wait or ChannelFullMode.Reject))
        {
            throw new ArgumentException(
                $"A channel of capacity 0 cannot use {FullMode}: it holds no item that could be dropped, so every write would be lost unless a reader waits. Use Wait, Reject, or a capacity of at least 1.");
        }
    }

    /// <summary>Checks a policy for a channel that orders its items itself.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not positive.</exception>
    /// <exception cref="ArgumentException">The policy reads the newest first.</exception>
    internal void ValidateOrdered(string kind)
    {
        if (Capacity == 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(Capacity), Capacity, $"A {kind} channel of capacity 0 has no place in which an item could be replaced or overtaken. Give it room for at least one.");
        }

        if (Order != ChannelOrder.OldestFirst)
        {
            throw new ArgumentException($"A {kind} channel has an order of its own and cannot use {Order}. Leave {nameof(Order)} at {ChannelOrder.OldestFirst}.");
        }
    }
}
