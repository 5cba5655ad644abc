namespace Concurrency.Channels;

/// <summary>Knows at which position of a conflating channel the item of each key waits; the part that does not depend on the key's type.</summary>
internal abstract class ConflationIndex<T>
{
    /// <summary>Forgets the oldest item; called under the gate before it leaves the ring.</summary>
    public abstract void OnRemovingOldest();

    /// <summary>Forgets the newest item; called under the gate before it leaves the ring.</summary>
    public abstract void OnRemovingNewest();

    /// <summary>Forgets all items.</summary>
    public abstract void Clear();

    /// <summary>Lets waiting writers in as long as the first of them has a place; called without the gate.</summary>
    public abstract void AdmitWriters(ChannelCore<T> core);

    /// <summary>Checks that the index and the ring agree.</summary>
    public abstract void AssertInvariants(ChannelCore<T> core);
}
