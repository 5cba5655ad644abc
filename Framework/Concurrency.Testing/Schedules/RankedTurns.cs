namespace Concurrency.Testing.Schedules;

/// <summary>Ready turns by their <see cref="ReadyItem.Priority"/>, the highest first, equal ones in the order of becoming ready: a binary heap.</summary>
/// <remarks>
/// A turn that is ready no more, or has got another priority since, stays until it comes to the top: nothing must be taken out, and a
/// turn with a new priority is only added again.
/// </remarks>
internal sealed class RankedTurns
{
    private Entry[] _heap = new Entry[32];
    private int _count;

    public void Clear()
    {
        Array.Clear(_heap, 0, _count);
        _count = 0;
    }

    /// <summary>Adds a turn, or gives it its new place.</summary>
    public void Add(ReadyItem item)
    {
        if (_count == _heap.Length)
        {
            Array.Resize(ref _heap, 2 * _count);
        }

        Up(new Entry(item), _count++);
    }

    /// <summary>The turn with the highest priority; there must be one.</summary>
    /// <param name="ready">All that are ready, each of which has been added.</param>
    public ReadyItem First(ReadySet ready)
    {
        if (_count > 64 + (4 * ready.Count))
        {
            Clear();
            foreach (var item in ready.Items)
            {
                Add(item);
            }
        }

        while (!_heap[0].IsValid)
        {
            RemoveFirst();
        }

        return _heap[0].Item;
    }

    private void RemoveFirst()
    {
        var last = _heap[--_count];
        _heap[_count] = default;
        if (_count > 0)
        {
            Down(last);
        }
    }

    private void Up(in Entry entry, int hole)
    {
        while (hole > 0)
        {
            var parent = (hole - 1) / 2;
            if (!entry.IsBefore(_heap[parent]))
            {
                break;
            }

            _heap[hole] = _heap[parent];
            hole = parent;
        }

        _heap[hole] = entry;
    }

    private void Down(in Entry entry)
    {
        var hole = 0;
        while (true)
        {
            var child = (2 * hole) + 1;
            if (child >= _count)
            {
                break;
            }

            if (child + 1 < _count && _heap[child + 1].IsBefore(_heap[child]))
            {
                child++;
            }

            if (!_heap[child].IsBefore(entry))
            {
                break;
            }

            _heap[hole] = _heap[child];
            hole = child;
        }

        _heap[hole] = entry;
    }

    private readonly struct Entry(ReadyItem item)
    {
        private readonly long _priority = item.Priority;
        private readonly long _order = item.Order;

        public ReadyItem Item => item;

        public bool IsValid => item.Order == _order && item.Priority == _priority;

        public bool IsBefore(in Entry other) => _priority > other._priority || (_priority == other._priority && _order < other._order);
    }
}
