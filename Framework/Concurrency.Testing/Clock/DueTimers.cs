namespace Concurrency.Testing.Clock;

/// <summary>The timers that wait for their time: a binary heap by due time, then by the order of their arming.</summary>
internal sealed class DueTimers
{
    private VirtualTimer[] _heap = new VirtualTimer[16];
    private long _order;

    public int Count { get; private set; }

    public VirtualTimer? First => Count == 0 ? null : _heap[0];

    /// <summary>When the first is due, or the end of time.</summary>
    public long NextDue => Count == 0 ? long.MaxValue : _heap[0].DueTime;

    public void Add(VirtualTimer timer)
    {
        timer.Order = ++_order;
        if (Count == _heap.Length)
        {
            Array.Resize(ref _heap, 2 * Count);
        }

        Up(timer, Count++);
    }

    public void Remove(VirtualTimer timer)
    {
        var hole = timer.Position;
        var last = _heap[--Count];
        _heap[Count] = null!;
        timer.Position = -1;
        if (!ReferenceEquals(last, timer))
        {
            if (hole > 0 && IsBefore(last, _heap[(hole - 1) / 2]))
            {
                Up(last, hole);
            }
            else
            {
                Down(last, hole);
            }
        }
    }

    private static bool IsBefore(VirtualTimer left, VirtualTimer right) =>
        left.DueTime < right.DueTime || (left.DueTime == right.DueTime && left.Order < right.Order);

    private void Up(VirtualTimer timer, int hole)
    {
        while (hole > 0)
        {
            var parent = (hole - 1) / 2;
            if (!IsBefore(timer, _heap[parent]))
            {
                break;
            }

            Place(_heap[parent], hole);
            hole = parent;
        }

        Place(timer, hole);
    }

    private void Down(VirtualTimer timer, int hole)
    {
        while (true)
        {
            var child = (2 * hole) + 1;
            if (child >= Count)
            {
                break;
            }

            if (child + 1 < Count && IsBefore(_heap[child + 1], _heap[child]))
            {
                child++;
            }

            if (!IsBefore(_heap[child], timer))
            {
                break;
            }

            Place(_heap[child], hole);
            hole = child;
        }

        Place(timer, hole);
    }

    private void Place(VirtualTimer timer, int position)
    {
        _heap[position] = timer;
        timer.Position = position;
    }
}
