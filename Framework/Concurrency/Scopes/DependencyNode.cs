using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>What a <see cref="DependencyPool{TKey,TValue}"/> knows about one key; guarded by the lock of its board, except for what never changes.</summary>
internal sealed class DependencyNode<TKey, TValue>(TKey key)
    where TKey : notnull
{
    private HashSet<DependencyWait<TKey, TValue>>? _ownWaits;

    public TKey Key => key;

    /// <summary>The waits that want to know when it is settled, in the order in which they began.</summary>
    public HashSet<DependencyWait<TKey, TValue>> Waits { get; } = [];

    /// <summary>What its work waits for; null as long as it was not started.</summary>
    public DependencyNode<TKey, TValue>[]? Dependencies { get; set; }

    /// <summary>The waits that its work has begun beside that for its dependencies.</summary>
    public HashSet<DependencyWait<TKey, TValue>> OwnWaits => _ownWaits ??= [];

    /// <summary>Those of them in which the work sleeps.</summary>
    public IEnumerable<DependencyWait<TKey, TValue>> Sleeps => _ownWaits?.Where(static wait => wait.IsAsleep) ?? [];

    /// <summary>The right of its work to run; null until it takes it.</summary>
    public DependencySlot? Slot { get; set; }

    /// <summary>All that its work waits for, or may wait for.</summary>
    public IEnumerable<DependencyNode<TKey, TValue>> WaitsFor => (Dependencies ?? []).Concat(Sleeps.SelectMany(static wait => wait.Nodes));

    /// <summary>Whether it has a value or a failure.</summary>
    public bool IsSettled { get; set; }

    public TValue? Value { get; set; }

    public DependencyFailedException? Failure { get; set; }

    /// <summary>Whether a value was posted for it, by its work or without work.</summary>
    public bool WasPosted { get; set; }

    /// <summary>How much started work depends on it.</summary>
    public int Dependents { get; set; }

    /// <summary>Whether it is here only because somebody waits for it: it goes with the last of them.</summary>
    public bool IsOnlyAskedFor => !WasStarted && !WasPosted && Dependents == 0;

    /// <summary>Its place in the order in which keys were settled.</summary>
    public long Order { get; set; }

    /// <summary>Whether somebody got the failure.</summary>
    public bool IsSeen { get; set; }

    /// <summary>Why it is stopped, if it is.</summary>
    public string? StopReason { get; set; }

    /// <summary>Whether its work was started and has not ended; it may be settled, if it has posted its own value.</summary>
    public bool IsRunning { get; set; }

    public bool WasStarted => Dependencies is not null;

    public bool IsWaiting => IsRunning && !IsSettled && WaitsFor.Any(static other => !other.IsSettled);

    /// <summary>Cancels its work. There is neither a timer nor a link in it, so it needs no disposal.</summary>
    public CancellationTokenSource Cancellation { get; } = new();

    /// <summary>Ends when its work has ended and the outcome is stored.</summary>
    public TaskCompletionSource Ended { get; } = new(Interleaving.CompletionOptions);
}
