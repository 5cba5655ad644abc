namespace Concurrency.Channels;

/// <summary>Says which of the items inside a channel is read next.</summary>
public enum ChannelOrder
{
    /// <summary>The one that came first (first in, first out).</summary>
    OldestFirst,

    /// <summary>The one that came last (last in, first out).</summary>
    NewestFirst,
}
