namespace Concurrency.Channels;

/// <summary>The items inside a channel with priorities; the part that does not depend on the type of the priority. Guarded by the channel's gate.</summary>
internal abstract class RankedItems<T>
{
    /// <summary>Takes out the item that is read next: the most urgent one, or the oldest when it was overtaken often enough.</summary>
    public abstract T TakeNextLocked(ChannelCore<T> core);

    /// <summary>Looks at what <see cref="TakeNextLocked"/> would take.</summary>
    public abstract T PeekNextLocked();

    /// <summary>Lets a waiting writer in, where there is room; or fails it with what the comparer threw.</summary>
    public abstract void AdmitLocked(ChannelCore<T> core, WriteWaiter<T> writer, ref AfterGate after);

    /// <summary>A copy of what is inside, oldest first.</summary>
    public abstract T[] ToArrayLocked();

    /// <summary>Forgets all items.</summary>
    public abstract void Clear();

    /// <summary>Checks that the items agree with the channel's count.</summary>
    public abstract void AssertInvariants(ChannelCore<T> core);
}
