namespace Concurrency.Execution;

/// <summary>Settled waiters, collected under a gate and published after it was left.</summary>
internal struct WaiterChain
{
    private WaiterNode? _head;
    private WaiterNode? _tail;

    public readonly bool IsEmpty => _head is null;

    public void Add(WaiterNode node)
    {
        if (_tail is null)
        {
            _head = node;
        }
        else
        {
            _tail.Next = node;
        }

        _tail = node;
    }

    /// <summary>Publishes the waiters in the order in which they were added.</summary>
    public readonly void Publish()
    {
        var node = _head;
        while (node is not null)
        {
            // Once published the node belongs to the awaiting code, which may reuse it at once.
            var next = node.Next;
            node.Next = null;
            node.Publish();
            node = next;
        }
    }
}
