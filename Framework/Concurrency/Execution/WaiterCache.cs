namespace Concurrency.Execution;

/// <summary>Keeps a few idle waiters of one owner, so that waiting allocates nothing in steady state.</summary>
internal struct WaiterCache<TWaiter>
    where TWaiter : WaiterNode
{
    private const int More = 7;

    private TWaiter? _first;
    private TWaiter?[]? _others;

    /// <summary>Takes an idle waiter out, if there is one.</summary>
    public TWaiter? TryTake()
    {
        var first = _first;
        if (first is not null && ReferenceEquals(Interlocked.CompareExchange(ref _first, null, first), first))
        {
            return first;
        }

        return _others is { } others ? TakeFrom(others) : null;
    }

    /// <summary>Takes an idle waiter in; with all places taken it is left to the garbage collector.</summary>
    public void Return(TWaiter waiter)
    {
        if (_first is null && Interlocked.CompareExchange(ref _first, waiter, null) is null)
        {
            return;
        }

        var others = _others ?? Interlocked.CompareExchange(ref _others, new TWaiter?[More], null) ?? _others;
        foreach (ref var place in others.AsSpan())
        {
            if (place is null && Interlocked.CompareExchange(ref place, waiter, null) is null)
            {
                return;
            }
        }
    }

    private static TWaiter? TakeFrom(TWaiter?[] others)
    {
        foreach (ref var place in others.AsSpan())
        {
            var waiter = place;
            if (waiter is not null && ReferenceEquals(Interlocked.CompareExchange(ref place, null, waiter), waiter))
            {
                return waiter;
            }
        }

        return null;
    }
}
