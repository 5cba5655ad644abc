using System.Diagnostics;

namespace Concurrency.Execution;

/// <summary>Waiters in order of arrival, linked through themselves: each operation is O(1) and allocates nothing.</summary>
/// <remarks>Guarded by the gate of the <see cref="WaiterOwner"/> that holds the queue.</remarks>
internal sealed class WaiterQueue
{
    private WaiterNode? _tail;

    /// <summary>The one that has waited longest, or null.</summary>
    public WaiterNode? Head { get; private set; }

    public int Count { get; private set; }

    public bool IsEmpty => Head is null;

    public void Enqueue(WaiterNode node)
    {
        Debug.Assert(node.State == WaiterState.Idle, "Only a node that nobody waits on can begin to wait.");
        Debug.Assert(node.Queue is null, "A node is in one queue at most.");
        node.State = WaiterState.Queued;
        node.Queue = this;
        node.Previous = _tail;
        node.Next = null;
        if (_tail is null)
        {
            Head = node;
        }
        else
        {
            _tail.Next = node;
        }

        _tail = node;
        Count++;
    }

    public WaiterNode Dequeue()
    {
        var node = Head!;
        Remove(node);
        return node;
    }

    /// <summary>Unlinks a node, wherever it is: the caller now decides its outcome.</summary>
    public void Remove(WaiterNode node)
    {
        Debug.Assert(ReferenceEquals(node.Queue, this), "A node is unlinked from the queue it is in.");
        Debug.Assert(node.State == WaiterState.Queued, "A linked node is undecided.");
        if (node.Previous is null)
        {
            Head = node.Next;
        }
        else
        {
            node.Previous.Next = node.Next;
        }

        if (node.Next is null)
        {
            _tail = node.Previous;
        }
        else
        {
            node.Next.Previous = node.Previous;
        }

        node.Next = null;
        node.Previous = null;
        node.Queue = null;
        node.State = WaiterState.Settled;
        Count--;
    }
}
