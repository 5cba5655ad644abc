using System.Numerics;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>The places of the children that run in one scope.</summary>
/// <remarks>
/// Values in arrays instead of an object per child: a parked child costs 32 bytes here, and the collector has nothing to follow.
/// Who takes a place holds a lock, who leaves one does not: starting and ending children do not wait for each other.
/// </remarks>
internal sealed class ScopePlaces
{
    private const int FirstSize = 8;
    private const int Doublings = 8;
    private const int LargestSize = FirstSize << Doublings;
    private const int DoublingTotal = (FirstSize << (Doublings + 1)) - FirstSize;

    private readonly QuietLock _gate = new();
    private readonly List<Task> _late = [];
    private ScopePlace[]?[] _segments = new ScopePlace[]?[2];
    private int _used;
    private int _left = -1;
    private int _free = -1;

    /// <summary>Takes a place.</summary>
    public int Take(string name, object? work)
    {
        using var entered = _gate.EnterScope();
        if (_free < 0)
        {
            _free = Interlocked.Exchange(ref _left, -1);
        }

        int index;
        if (_free >= 0)
        {
            index = _free;
            _free = At(index).NextFree;
        }
        else
        {
            index = _used;
            Grow(index);
            Volatile.Write(ref _used, index + 1);
        }

        ref var place = ref At(index);
        if (place.Task is { } before)
        {
            Settle(before);
            place.Task = null;
        }

        place.Work = work;
        Volatile.Write(ref place.Name, name);
        return index;
    }

    /// <summary>Gives a place back; the task in it stays until the place is taken again or the scope ends.</summary>
    public void Leave(int index)
    {
        ref var place = ref At(index);
        Volatile.Write(ref place.Name, null);
        place.Work = null;
        int head;
        do
        {
            head = Volatile.Read(ref _left);
            place.NextFree = head;
        }
        while (Interlocked.CompareExchange(ref _left, index, head) != head);
    }

    public ref ScopePlace At(int index)
    {
        var (segment, offset) = Locate(index);
        return ref Volatile.Read(ref _segments)[segment]![offset];
    }

    /// <summary>The names of those who have a place at this moment.</summary>
    public List<string> Names(int atMost)
    {
        var names = new List<string>();
        var used = Volatile.Read(ref _used);
        for (var i = 0; i < used && names.Count < atMost; i++)
        {
            if (Volatile.Read(ref At(i).Name) is { } name)
            {
                names.Add(name);
            }
        }

        return names;
    }

    /// <summary>When all have left: the tasks that are not complete yet, although their work is done.</summary>
    public IReadOnlyList<Task> TakeLate()
    {
        using var entered = _gate.EnterScope();
        for (var i = 0; i < _used; i++)
        {
            ref var place = ref At(i);
            if (place.Task is { } task)
            {
                Settle(task);
                place.Task = null;
            }
        }

        return _late;
    }

    private static (int Segment, int Offset) Locate(int index)
    {
        if (index >= DoublingTotal)
        {
            index -= DoublingTotal;
            return (Doublings + 1 + (index / LargestSize), index % LargestSize);
        }

        var segment = BitOperations.Log2((uint)(index / FirstSize) + 1);
        return (segment, index - (FirstSize * ((1 << segment) - 1)));
    }

    private void Settle(Task task)
    {
        if (!task.IsCompleted)
        {
            _late.RemoveAll(static late => late.IsCompleted);
            _late.Add(task);
        }
        else if (task.IsFaulted)
        {
            // The scope has reported the failure: it shall not come up again as unobserved.
            _ = task.Exception;
        }
    }

    private void Grow(int index)
    {
        var (segment, _) = Locate(index);
        var segments = _segments;
        if (segment >= segments.Length)
        {
            Array.Resize(ref segments, segments.Length * 2);
        }

        segments[segment] ??= new ScopePlace[FirstSize << Math.Min(segment, Doublings)];
        Volatile.Write(ref _segments, segments);
    }
}
