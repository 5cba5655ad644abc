namespace Concurrency.Channels;

/// <summary>Decides which subscribers an item is for. Called under the broadcast's gate, except for <see cref="HashOf"/>.</summary>
internal abstract class BroadcastRoute<T>
{
    /// <summary>What the route must know of an item; user code.</summary>
    public virtual int HashOf(T item) => 0;

    /// <summary>Chooses the receivers of an item and says whether it can be published now.</summary>
    /// <param name="all">The subscribers; there is at least one.</param>
    /// <param name="hash">What <see cref="HashOf"/> said, or null to ask whether the next item, whichever it is, could be published.</param>
    /// <param name="receivers">The subscribers to give the item to, or for which to wait.</param>
    public abstract BroadcastOutcome Choose(
        BroadcastSubscription<T>[] all, int? hash, out ReadOnlySpan<BroadcastSubscription<T>> receivers);

    /// <summary>Whether a subscriber could take an item without losing one.</summary>
    protected static bool HasRoom(BroadcastSubscription<T> one) => one.Core.SeemsToHaveRoom;

    /// <summary>Whether writers wait for a subscriber that is full.</summary>
    protected static bool Waits(BroadcastSubscription<T> one) => one.Policy.FullMode == ChannelFullMode.Wait;

    /// <summary>Whether a subscriber asks the writer to wait now.</summary>
    protected static bool MustWaitFor(BroadcastSubscription<T> one) => Waits(one) && !HasRoom(one);

    /// <summary>Whether a subscriber can neither take an item nor lose one for it.</summary>
    protected static bool Refuses(BroadcastSubscription<T> one) => one.Policy.FullMode == ChannelFullMode.Reject && !HasRoom(one);
}

/// <summary>Each item is for every subscriber.</summary>
internal sealed class CopyingRoute<T> : BroadcastRoute<T>
{
    public override BroadcastOutcome Choose(
        BroadcastSubscription<T>[] all, int? hash, out ReadOnlySpan<BroadcastSubscription<T>> receivers)
    {
        var full = Array.FindIndex(all, MustWaitFor);
        receivers = full < 0 ? all : all.AsSpan(full, 1);
        return full < 0 ? BroadcastOutcome.Published : BroadcastOutcome.MustWait;
    }
}

/// <summary>Each item is for the next subscriber that has room.</summary>
internal sealed class RoundRobinRoute<T> : BroadcastRoute<T>
{
    private int _next;

    public override BroadcastOutcome Choose(
        BroadcastSubscription<T>[] all, int? hash, out ReadOnlySpan<BroadcastSubscription<T>> receivers)
    {
        // Whoever drops always has an answer, so nobody is waited for who could not say when it has room.
        var index = FindFromNext(all, HasRoom);
        index = index >= 0 ? index : FindFromNext(all, static one => !MustWaitFor(one) && !Refuses(one));
        if (index < 0)
        {
            // Asked of the mode, not of the room, which a reader may have made since: then the wait ends at once.
            receivers = all;
            return Array.Exists(all, Waits) ? BroadcastOutcome.MustWait : BroadcastOutcome.Refused;
        }

        receivers = all.AsSpan(index, 1);
        if (hash is not null)
        {
            _next = index + 1;
        }

        return BroadcastOutcome.Published;
    }

    private int FindFromNext(BroadcastSubscription<T>[] all, Predicate<BroadcastSubscription<T>> match)
    {
        for (var i = 0; i < all.Length; i++)
        {
            var index = (_next + i) % all.Length;
            if (match(all[index]))
            {
                return index;
            }
        }

        return -1;
    }
}

/// <summary>Each item is for the subscriber that its key belongs to: the one that, mixed with the key, gives the highest number.</summary>
internal sealed class KeyRoute<T, TKey>(Func<T, TKey> keyOf, IEqualityComparer<TKey> comparer) : BroadcastRoute<T>
    where TKey : notnull
{
    public override int HashOf(T item) => comparer.GetHashCode(keyOf(item));

    public override BroadcastOutcome Choose(
        BroadcastSubscription<T>[] all, int? hash, out ReadOnlySpan<BroadcastSubscription<T>> receivers)
    {
        if (hash is not { } known)
        {
            // Nobody knows the key that comes next: one full subscriber could be the owner of all keys that do.
            var full = Array.FindAll(all, static one => MustWaitFor(one) || Refuses(one));
            receivers = full;
            return full.Length == 0 ? BroadcastOutcome.Published : BroadcastOutcome.MustWait;
        }

        var owner = 0;
        for (var i = 1; i < all.Length; i++)
        {
            owner = Mix(known, all[i].Number) > Mix(known, all[owner].Number) ? i : owner;
        }

        receivers = all.AsSpan(owner, 1);
        return MustWaitFor(all[owner]) ? BroadcastOutcome.MustWait : Refuses(all[owner]) ? BroadcastOutcome.Refused : BroadcastOutcome.Published;
    }

    /// <summary>Spreads all bits of both numbers over the result; two subscribers never give the same for one key.</summary>
    private static ulong Mix(int hash, int number)
    {
        var mixed = ((ulong)(uint)hash << 32) | (uint)number;
        mixed = (mixed ^ (mixed >> 33)) * 0xff51afd7ed558ccd;
        mixed = (mixed ^ (mixed >> 33)) * 0xc4ceb9fe1a85ec53;
        return mixed ^ (mixed >> 33);
    }
}
