using System.Diagnostics;

namespace Concurrency.Channels;

/// <summary>Small numbers ("slots") of which the first in a given order is known, and each of which can be taken out, in O(log n).</summary>
/// <remarks>A comparison that throws changes nothing when a slot is added; when one is taken out, it leaves the others out of order. Allocates only while it grows.</remarks>
internal sealed class SlotHeap(Func<int, int, bool> isBefore)
{
    private int[] _slots = [];
    private int[] _positions = [];

    public int Count { get; private set; }

    /// <summary>The first slot; there must be one.</summary>
    public int First => _slots[0];

    /// <summary>Where a slot that is not inside belongs; compares, and changes nothing.</summary>
    public int PositionFor(int slot)
    {
        var position = Count;
        while (position > 0 && isBefore(slot, _slots[(position - 1) / 2]))
        {
            position = (position - 1) / 2;
        }

        return position;
    }

    /// <summary>Puts a slot where <see cref="PositionFor"/> says; compares nothing.</summary>
    public void Add(int slot, int position)
    {
        if (slot >= _positions.Length)
        {
            Array.Resize(ref _positions, Math.Max(slot + 1, _positions.Length * 2));
            Array.Resize(ref _slots, _positions.Length);
        }

        var free = Count++;
        while (free > position)
        {
            var parent = (free - 1) / 2;
            Place(_slots[parent], free);
            free = parent;
        }

        Place(slot, free);
    }

    public void Remove(int slot)
    {
        var position = _positions[slot];
        Debug.Assert(_slots[position] == slot, "Only a slot that is inside can leave.");
        Count--;
        if (position == Count)
        {
            return;
        }

        var last = _slots[Count];
        Place(last, position);
        try
        {
            Rise(position);
            Sink(_positions[last]);
        }
        catch (Exception)
        {
            // Whoever takes a slot out has not written what cannot be compared. All slots are still inside, in some order.
        }
    }

    public void Clear() => Count = 0;

    private void Place(int slot, int position)
    {
        _slots[position] = slot;
        _positions[slot] = position;
    }

    private void Swap(int one, int other)
    {
        var slot = _slots[one];
        Place(_slots[other], one);
        Place(slot, other);
    }

    private void Rise(int position)
    {
        while (position > 0)
        {
            var parent = (position - 1) / 2;
            if (!isBefore(_slots[position], _slots[parent]))
            {
                return;
            }

            Swap(position, parent);
            position = parent;
        }
    }

    private void Sink(int position)
    {
        while (true)
        {
            var child = (2 * position) + 1;
            if (child >= Count)
            {
                return;
            }

            if (child + 1 < Count && isBefore(_slots[child + 1], _slots[child]))
            {
                child++;
            }

            if (!isBefore(_slots[child], _slots[position]))
            {
                return;
            }

            Swap(position, child);
            position = child;
        }
    }
}
