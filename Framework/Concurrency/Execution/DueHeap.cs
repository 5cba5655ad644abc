namespace Concurrency.Execution;

/// <summary>Items by due time, first in first out among equals; removal from anywhere costs the depth of the heap.</summary>
internal sealed class DueHeap
{
    private DueItem[] _items = new DueItem[16];
    private int _count;

    public DueItem? First => _count == 0 ? null : _items[0];

    public void Add(DueItem item)
    {
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, _count * 2);
        }

        _count++;
        MoveUp(_count - 1, item);
    }

    /// <summary>Removes an item that is in.</summary>
    public void Remove(DueItem item)
    {
        var index = item.Slot;
        var last = _items[--_count];
        _items[_count] = null!;
        if (index == _count)
        {
            return;
        }

        MoveDown(index, last);
        MoveUp(last.Slot, last);
    }

    private void MoveUp(int index, DueItem item)
    {
        while (index > 0)
        {
            var parent = (index - 1) / 2;
            if (!item.IsBefore(_items[parent]))
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

            if (child + 1 < _count && _items[child + 1].IsBefore(_items[child]))
            {
                child++;
            }

            if (!_items[child].IsBefore(item))
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
        item.Slot = index;
    }
}
