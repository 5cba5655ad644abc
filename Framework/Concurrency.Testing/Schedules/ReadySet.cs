namespace Concurrency.Testing.Schedules;

/// <summary>The turns that can go next, in the order in which they became ready: the index of a choice means the same on every run.</summary>
internal sealed class ReadySet
{
    private ReadyItem[] _items = new ReadyItem[32];
    private long _order;

    public int Count { get; private set; }

    public ReadyItem this[int index] => _items[index];

    public ReadOnlySpan<ReadyItem> Items => _items.AsSpan(0, Count);

    public void Add(ReadyItem item)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, 2 * Count);
        }

        item.Order = ++_order;
        _items[Count++] = item;
    }

    public ReadyItem Take(int index)
    {
        var items = _items;
        var item = items[index];
        item.Order = 0;
        var last = --Count;
        item.Order = 0;
        if (last - index > 8)
        {
            items.AsSpan(index + 1, last - index).CopyTo(items.AsSpan(index));
        }
        else
        {
            for (; index < last; index++)
            {
                items[index] = items[index + 1];
            }
        }

        items[last] = null!;
        return item;
    }

    /// <summary>Where a turn is, or -1: they are sorted by their order.</summary>
    public int IndexOf(ReadyItem item)
    {
        var low = 0;
        var high = Count - 1;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_items[middle].Order < item.Order)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < Count && ReferenceEquals(_items[low], item) ? low : -1;
    }

    public void Clear()
    {
        Array.Clear(_items, 0, Count);
        Count = 0;
        _order = 0;
    }
}
