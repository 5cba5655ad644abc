using Concurrency.Coordination;

namespace Concurrency.Scopes;

/// <summary>Somebody who waits for keys and gets them in the order in which they are settled; guarded by the lock of the board.</summary>
internal sealed class DependencyWait<TKey, TValue>(DependencyNode<TKey, TValue>[] nodes)
    where TKey : notnull
{
    public DependencyNode<TKey, TValue>[] Nodes => nodes;

    public Queue<DependencyNode<TKey, TValue>> Settled { get; } = new();

    /// <summary>Set, without the lock, after something was added to <see cref="Settled"/>.</summary>
    public AsyncAutoResetEvent Signal { get; } = new();
}
