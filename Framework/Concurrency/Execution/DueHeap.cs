namespace Concurrency.Execution;

/// <summary>Items by due time, first in first out among equals; removal from anywhere costs the depth of the heap.</summary>
internal sealed class DueHeap
{
    private DueItem[] _items = new DueItem[16];
    private int _count;
    private long _lastOrder;

    public int Count => _count;

    public DueItem? First => _count == 0 ? null : _items[0];

    public void Add(DueItem item, long due)
    {
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, _count * 2);
        }

        item.Due = due;
        item.Order = ++_lastOrder;
        _count++;
        MoveUp(_count - 1, item);
    }

    /// <summary>Removes an item, if it is in.</summary>
    public void Remove(DueItem item)
    {
        var index = item.HeapIndex;
        if (index < 0)
        {
            return;
        }

        item.HeapIndex = -1;
        var last = _items[--_count];
        _items[_count] = null!;
        if (index == _count)
        {
            return;
        }

        MoveDown(index, last);
        MoveUp(last.HeapIndex, last);
    }

    private static bool IsBefore(DueItem left, DueItem right) =>
        left.Due != right.Due ? left.Due < right.Due : left.Order < right.Order;

    private void MoveUp(int index, DueItem item)
    {
        while (index > 0)
        {
            var parent = (index - 1) / 2;
            if (!IsBefore(item, _items[parent]))
            {
                break;
            }

            Place(index, _items[parent]);
            index = parent;
        }

        Place(index, item);
    }

    private void MoveDown(int index, DueItem item)
    {
        while (true)
        {
            var child = (2 * index) + 1;
            if (child >= _count)
            {
                break;
            }

            if (child + 1 < _count && IsBefore(_items[child + 1], _items[child]))
            {
                child++;
            }

            if (!IsBefore(_items[child], item))
            {
                break;
            }

            Place(index, _items[child]);
            index = child;
        }

        Place(index, item);
    }

    private void Place(int index, DueItem item)
    {
        _items[index] = item;
        item.HeapIndex = index;
    }
}
