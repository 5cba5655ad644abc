using System.Numerics;
using System.Runtime.InteropServices;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>The places of those who are open in one scope: its body and the children that run, and when the last has left.</summary>
/// <remarks>
/// <para>Values in arrays instead of an object per child: a parked child costs 32 bytes here, and the collector has nothing to follow.</para>
/// <para>Who takes a place counts itself among the entered under a gate, who leaves one counts itself among those who left with the
/// same operation that gives the place back. The two do not write to each other's memory until places run short or the body ends.</para>
/// </remarks>
internal sealed class ScopePlaces
{
    private const int FirstSize = 8;
    private const int SweptPerTake = 2;
    private const int Doublings = 8;
    private const int LargestSize = FirstSize << Doublings;
    private const int DoublingTotal = (FirstSize << (Doublings + 1)) - FirstSize;

    // How many have left, and where the list of their places begins (0 for none, else index + 1).
    private const int HeadShift = 32;
    private const long CountMask = uint.MaxValue;

    private readonly List<Task> _late = [];
    private Departures _departures;
    private SpinGate _gate;
    private ScopePlace[]?[] _segments = new ScopePlace[]?[2];
    private int _used;
    private int _capacity;
    private int _free = -1;
    private int _sweep;
    private volatile bool _keepsTasks;

    // The body is one of them.
    private uint _entered = 1;
    private volatile bool _bodyLeaves;
    private volatile bool _hasEnded;

    /// <summary>Whether the body and all children have left: nobody can take a place any more.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>How many are open, the body included.</summary>
    public int Open
    {
        get
        {
            // The departures first: who leaves in between has entered before.
            var left = (uint)Volatile.Read(ref _departures.Word);
            return (int)(Volatile.Read(ref _entered) - left);
        }
    }

    /// <summary>Takes a place.</summary>
    /// <returns>The place, or -1 if all have left.</returns>
    public int Take(string name, object? work)
    {
        using var entered = _gate.EnterScope();
        if (_hasEnded)
        {
            return -1;
        }

        var index = TakeIndexLocked();
        ref var place = ref At(index);
        if (place.Task is { } before)
        {
            Settle(before);
            place.Task = null;
        }

        if (_keepsTasks)
        {
            SweepLocked();
        }

        place.Work = work;
        Volatile.Write(ref place.Name, name);
        Volatile.Write(ref _entered, _entered + 1);
        return index;
    }

    /// <summary>Keeps the task of a child that somebody else completes after the child has left.</summary>
    public void Keep(int index, Task task)
    {
        At(index).Task = task;
        _keepsTasks = true;
    }

    /// <summary>Gives a place back; the task in it stays until the place is taken again or the scope ends.</summary>
    /// <returns>Whether all have left now.</returns>
    public bool Leave(int index)
    {
        ref var place = ref At(index);
        Volatile.Write(ref place.Name, null);
        place.Work = null;
        long before;
        long after;
        do
        {
            before = Volatile.Read(ref _departures.Word);
            place.NextFree = (int)(before >> HeadShift) - 1;
            after = ((long)(index + 1) << HeadShift) | ((before + 1) & CountMask);
        }
        while (Interlocked.CompareExchange(ref _departures.Word, after, before) != before);
        return _bodyLeaves && IsLast((uint)after);
    }

    /// <summary>The body has nothing to wait for if nobody else is open.</summary>
    /// <returns>Whether all have left now.</returns>
    public bool TryEndAlone()
    {
        using var entered = _gate.EnterScope();
        _hasEnded = Open == 1;
        return _hasEnded;
    }

    /// <summary>The body leaves.</summary>
    /// <returns>Whether all have left now.</returns>
    public bool LeaveBody()
    {
        _bodyLeaves = true;
        long before;
        long after;
        do
        {
            before = Volatile.Read(ref _departures.Word);
            after = (before & ~CountMask) | ((before + 1) & CountMask);
        }
        while (Interlocked.CompareExchange(ref _departures.Word, after, before) != before);
        return IsLast((uint)after);
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

    private bool IsLast(uint left)
    {
        // Whoever can start children is open, so that only a call from outside can come between: the gate decides.
        if (left != Volatile.Read(ref _entered))
        {
            return false;
        }

        using var entered = _gate.EnterScope();
        if (_hasEnded || Open != 0)
        {
            return false;
        }

        _hasEnded = true;
        return true;
    }

    private int TakeIndexLocked()
    {
        if (_free < 0 && _used == _capacity)
        {
            // Not before places run short: what others have just written is far away.
            _free = DetachLeft();
        }

        if (_free >= 0)
        {
            var index = _free;
            _free = At(index).NextFree;
            return index;
        }

        if (_used == _capacity)
        {
            GrowLocked();
        }

        Volatile.Write(ref _used, _used + 1);
        return _used - 1;
    }

    /// <summary>Lets go of what the next places keep of children that have left, so that a long-lived scope does not hold the results of its largest burst.</summary>
    private void SweepLocked()
    {
        for (var swept = 0; swept < SweptPerTake && _used > 0; swept++)
        {
            _sweep = _sweep + 1 < _used ? _sweep + 1 : 0;
            ref var place = ref At(_sweep);

            // Without a name the child has left; its place is taken again only under the gate that is held here.
            if (Volatile.Read(ref place.Name) is null && place.Task is { IsCompleted: true } task)
            {
                Settle(task);
                place.Task = null;
            }
        }
    }

    private int DetachLeft()
    {
        long before;
        do
        {
            before = Volatile.Read(ref _departures.Word);
            if (before >> HeadShift == 0)
            {
                return -1;
            }
        }
        while (Interlocked.CompareExchange(ref _departures.Word, before & CountMask, before) != before);
        return (int)(before >> HeadShift) - 1;
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

    private void GrowLocked()
    {
        var (segment, _) = Locate(_capacity);
        var segments = _segments;
        if (segment >= segments.Length)
        {
            Array.Resize(ref segments, segments.Length * 2);
        }

        var added = new ScopePlace[FirstSize << Math.Min(segment, Doublings)];
        segments[segment] = added;
        Volatile.Write(ref _segments, segments);
        _capacity += added.Length;
    }

    /// <summary>On cache lines of its own: written by those who leave, on other threads than those who enter.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Departures
    {
        [FieldOffset(64)]
        public long Word;
    }
}
