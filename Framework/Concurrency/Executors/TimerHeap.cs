namespace Concurrency.Executors;

/// <summary>Timers by due time, first in first out among equals; removal from anywhere costs the depth of the heap.</summary>
internal sealed class TimerHeap
{
    private LoopTimer[] _items = new LoopTimer[16];
    private int _count;
    private long _lastOrder;

    public int Count => _count;

    public LoopTimer? First => _count == 0 ? null : _items[0];

    public void Add(LoopTimer timer, long due)
    {
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, _count * 2);
        }

        timer.Due = due;
        timer.Order = ++_lastOrder;
        _count++;
        MoveUp(_count - 1, timer);
    }

    /// <summary>Removes a timer, if it is in.</summary>
    public void Remove(LoopTimer timer)
    {
        var index = timer.HeapIndex;
        if (index < 0)
        {
            return;
        }

        timer.HeapIndex = -1;
        var last = _items[--_count];
        _items[_count] = null!;
        if (index == _count)
        {
            return;
        }

        MoveDown(index, last);
        MoveUp(last.HeapIndex, last);
    }

    private static bool IsBefore(LoopTimer left, LoopTimer right) =>
        left.Due != right.Due ? left.Due < right.Due : left.Order < right.Order;

    private void MoveUp(int index, LoopTimer timer)
    {
        while (index > 0)
        {
            var parent = (index - 1) / 2;
            if (!IsBefore(timer, _items[parent]))
            {
                break;
            }

            Place(index, _items[parent]);
            index = parent;
        }

        Place(index, timer);
    }

    private void MoveDown(int index, LoopTimer timer)
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

            if (!IsBefore(_items[child], timer))
            {
                break;
            }

            Place(index, _items[child]);
            index = child;
        }

        Place(index, timer);
    }

    private void Place(int index, LoopTimer timer)
    {
        _items[index] = timer;
        timer.HeapIndex = index;
    }
}
