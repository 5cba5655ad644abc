using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Concurrency.Channels;

/// <summary>The items inside a channel, oldest first: an array used as a ring, grown on demand up to the capacity.</summary>
/// <remarks>
/// A position counts items since the channel was made, so it names the same item until that item leaves.
/// Guarded by the channel's gate, except for <see cref="SeenCount"/>.
/// </remarks>
internal struct ItemRing<T>
{
    private const int FirstLength = 16;
    private const int GreatestLength = 1 << 30;

    private T[] _slots;
    private long _head;
    private int _count;

    public ItemRing(int capacity)
    {
        _slots = capacity == 0 ? [] : new T[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(capacity, FirstLength))];
    }

    public readonly int Count => _count;

    /// <summary>The count as another thread last left it.</summary>
    public int SeenCount => Volatile.Read(ref _count);

    /// <summary>The position of the oldest item.</summary>
    public readonly long Head => _head;

    /// <summary>The position that the next item gets.</summary>
    public readonly long Tail => _head + _count;

    /// <summary>The item at a position that is inside.</summary>
    public readonly ref T this[long position] => ref _slots[(int)position & (_slots.Length - 1)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enqueue(T item)
    {
        var slots = _slots;
        if (_count == slots.Length)
        {
            slots = Grow();
        }

        slots[(int)(_head + _count) & (slots.Length - 1)] = item;
        _count++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Dequeue()
    {
        Debug.Assert(_count > 0, "Only an item that is inside can leave.");
        var slots = _slots;
        ref var slot = ref slots[(int)_head & (slots.Length - 1)];
        var item = slot;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            slot = default!;
        }

        _head++;
        _count--;
        return item;
    }

    /// <summary>Takes out the newest item.</summary>
    public T RemoveNewest()
    {
        Debug.Assert(_count > 0, "Only an item that is inside can leave.");
        ref var slot = ref this[Tail - 1];
        var item = slot;
        slot = default!;
        _count--;
        return item;
    }

    /// <summary>Counts an item that is kept elsewhere, because it leaves in an order of its own.</summary>
    public void CountElsewhere(int change) => _count += change;

    /// <summary>Takes out as many of the oldest items as there are and as fit.</summary>
    /// <returns>How many were taken.</returns>
    public int DequeueInto(Span<T> destination)
    {
        var taken = Math.Min(_count, destination.Length);
        var start = (int)_head & (_slots.Length - 1);
        var first = Math.Min(taken, _slots.Length - start);
        Move(_slots.AsSpan(start, first), destination);
        Move(_slots.AsSpan(0, taken - first), destination[first..]);
        _head += taken;
        _count -= taken;
        return taken;
    }

    public void Clear()
    {
        Array.Clear(_slots);
        _head += _count;
        _count = 0;
    }

    /// <summary>A copy of what is inside, oldest first.</summary>
    public readonly T[] ToArray()
    {
        var items = new T[_count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = this[_head + i];
        }

        return items;
    }

    private static void Move(Span<T> source, Span<T> destination)
    {
        source.CopyTo(destination);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            source.Clear();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private T[] Grow()
    {
        if (_slots.Length == GreatestLength)
        {
            throw new InvalidOperationException($"The channel holds {_count} items, the most that fit into one array. Read them, or give it a smaller capacity.");
        }

        var larger = new T[Math.Max(1, _slots.Length * 2)];
        for (var position = _head; position < Tail; position++)
        {
            larger[(int)position & (larger.Length - 1)] = this[position];
        }

        _slots = larger;
        return larger;
    }
}
