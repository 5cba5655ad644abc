using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>First in, first out, for the thread that holds the turn; a ring, so that steady work allocates nothing.</summary>
internal sealed class ReadyQueue
{
    private const int InitialCapacity = 64;
    private const int KeptCapacity = 4096;
    private const int KeptForBursts = 65_536;
    private const int KeptShare = 8;
    private const int Forgetting = 16;

    private ExecutorWork[] _items = new ExecutorWork[InitialCapacity];
    private int _head;
    private int _count;
    private int _peak;

    public int Count => _count;

    /// <summary>Remembers how much waits now, to know later what bursts need.</summary>
    /// <returns>How much waits now.</returns>
    public int See()
    {
        _peak = Math.Max(_peak, _count);
        return _count;
    }

    public void Enqueue(in ExecutorWork work)
    {
        var items = _items;
        if (_count == items.Length)
        {
            items = Grow(_count + 1);
        }

        items[(_head + _count) & (items.Length - 1)] = work;
        _count++;
    }

    public void EnqueueRange(ReadOnlySpan<ExecutorWork> works)
    {
        if (_count + works.Length > _items.Length)
        {
            Grow(_count + works.Length);
        }

        var tail = (_head + _count) & (_items.Length - 1);
        var first = Math.Min(works.Length, _items.Length - tail);
        works[..first].CopyTo(_items.AsSpan(tail));
        works[first..].CopyTo(_items);
        _count += works.Length;
    }

    public bool TryDequeue(out ExecutorWork work)
    {
        if (_count == 0)
        {
            work = default;
            return false;
        }

        var items = _items;
        ref var slot = ref items[_head];
        work = slot;
        slot = default;
        _head = (_head + 1) & (items.Length - 1);
        _count--;
        return true;
    }

    /// <summary>Gives back what a burst needed, unless bursts like that keep coming; called when the queue is empty.</summary>
    public void Shrink()
    {
        if (_count == 0 && _items.Length > KeptCapacity && (_items.Length > KeptForBursts || _peak <= _items.Length / KeptShare))
        {
            _items = new ExecutorWork[InitialCapacity];
            _head = 0;
        }

        _peak -= (_peak + Forgetting - 1) / Forgetting;
    }

    private ExecutorWork[] Grow(int needed)
    {
        var capacity = _items.Length;
        while (capacity < needed)
        {
            capacity = checked(capacity * 2);
        }

        var items = new ExecutorWork[capacity];
        var first = Math.Min(_count, _items.Length - _head);
        _items.AsSpan(_head, first).CopyTo(items);
        _items.AsSpan(0, _count - first).CopyTo(items.AsSpan(first));
        _head = 0;
        return _items = items;
    }
}
