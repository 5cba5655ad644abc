namespace Concurrency.Execution;

/// <summary>Items by due time, first in first out among equals.</summary>
/// <remarks>
/// Most programs use a few delays again and again, and items with one delay come in the order in which they are due: each goes behind
/// the latest one that is not due after it, in one of a few lines, and only what fits into none goes into a heap.
/// </remarks>
internal sealed class DueQueue
{
    private const int Lines = 4;

    private readonly DueRun[] _runs = [new(), new(), new(), new()];
    private readonly DueHeap _heap = new();
    private DueItem? _first;
    private long _lastOrder;

    public int Count { get; private set; }

    public DueItem? First => _first;

    public void Add(DueItem item, long due)
    {
        item.Due = due;
        item.Order = ++_lastOrder;
        Count++;
        if (FindLine(due) is { } line)
        {
            item.Line = line;
            _runs[line].Add(item);
        }
        else
        {
            item.Line = DueItem.InHeap;
            _heap.Add(item);
        }

        if (_first is null || item.IsBefore(_first))
        {
            _first = item;
        }
    }

    /// <summary>Removes an item, if it is in.</summary>
    public void Remove(DueItem item)
    {
        if (!item.IsQueued)
        {
            return;
        }

        if (item.Line == DueItem.InHeap)
        {
            _heap.Remove(item);
        }
        else
        {
            _runs[item.Line].Remove(item);
        }

        item.Line = DueItem.Nowhere;
        Count--;
        if (ReferenceEquals(item, _first))
        {
            _first = FindFirst();
        }
    }

    private sbyte? FindLine(long due)
    {
        sbyte? best = null;
        var bestDue = long.MinValue;
        for (sbyte line = 0; line < Lines; line++)
        {
            var last = _runs[line].LastDue;
            if (last <= due && (best is null || last > bestDue))
            {
                best = line;
                bestDue = last;
            }
        }

        return best;
    }

    private DueItem? FindFirst()
    {
        var first = _heap.First;
        foreach (var run in _runs)
        {
            if (run.First is { } candidate && (first is null || candidate.IsBefore(first)))
            {
                first = candidate;
            }
        }

        return first;
    }
}
