namespace Concurrency.Testing.Schedules;

/// <summary>The turns that can go next, in the order in which they became ready: the index of a choice means the same on every run.</summary>
internal sealed class ReadySet
{
    private ReadyItem[] _items = new ReadyItem[32];

    public int Count { get; private set; }

    public ReadyItem this[int index] => _items[index];

    public ReadOnlySpan<ReadyItem> Items => _items.AsSpan(0, Count);

    public void Add(ReadyItem item)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, 2 * Count);
        }

        _items[Count++] = item;
    }

    public ReadyItem Take(int index)
    {
        var items = _items;
        var item = items[index];
        var last = --Count;
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

    public int IndexOf(ReadyItem item)
    {
        for (var index = 0; index < Count; index++)
        {
            if (ReferenceEquals(_items[index], item))
            {
                return index;
            }
        }

        return -1;
    }

    public void Clear()
    {
        Array.Clear(_items, 0, Count);
        Count = 0;
    }
}
