using Concurrency.Coordination;

namespace Concurrency.Scopes;

/// <summary>Somebody who waits for keys and gets them in the order in which they are settled; guarded by the lock of the board.</summary>
internal sealed class DependencyWait<TKey, TValue>(DependencyNode<TKey, TValue>[] nodes)
    where TKey : notnull
{
    public DependencyNode<TKey, TValue>[] Nodes => nodes;

    public Queue<DependencyNode<TKey, TValue>> Settled { get; } = new();

    /// <summary>Set, without the lock, after something was added to <see cref="Settled"/>, or <see cref="Refusal"/> was given.</summary>
    public AsyncAutoResetEvent Signal { get; } = new();

    /// <summary>Whether it found nothing and has gone to sleep.</summary>
    public bool IsSleeping { get; set; }

    /// <summary>What the wait ends with, because work that was started later made it wait for itself.</summary>
    public DependencyCycleException? Refusal { get; set; }

    /// <summary>Whether it sleeps, and nothing has come yet to wake it.</summary>
    public bool IsAsleep => IsSleeping && Settled.Count == 0 && Refusal is null;
}
