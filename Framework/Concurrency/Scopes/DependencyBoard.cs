using System.Runtime.CompilerServices;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>The keys of a <see cref="DependencyPool{TKey,TValue}"/>: what is known of each, and who waits for it.</summary>
/// <remarks>Under the lock runs no code of the user but the comparer of the keys.</remarks>
internal sealed class DependencyBoard<TKey, TValue>(string name, IEqualityComparer<TKey>? comparer)
    where TKey : notnull
{
    private readonly QuietLock _gate = new();
    private readonly Dictionary<TKey, DependencyNode<TKey, TValue>> _nodes = new(comparer);
    private string? _closed;
    private long _order;

    public List<TResult> Select<TResult>(Func<DependencyNode<TKey, TValue>, bool> which, Func<DependencyNode<TKey, TValue>, TResult> what)
    {
        using (_gate.EnterScope())
        {
            return [.. _nodes.Values.Where(which).Select(what)];
        }
    }

    public DependencyNode<TKey, TValue>? Find(TKey key)
    {
        using (_gate.EnterScope())
        {
            return _nodes.GetValueOrDefault(key);
        }
    }

    public TResult Look<TResult>(DependencyNode<TKey, TValue> node, Func<DependencyNode<TKey, TValue>, TResult> what)
    {
        using (_gate.EnterScope())
        {
            return what(node);
        }
    }

    /// <summary>Takes keys for work that is about to be started: all of them or, with an exception, none.</summary>
    public DependencyNode<TKey, TValue>[] Begin(IReadOnlyList<(TKey Key, TKey[] Dependencies)> work)
    {
        Interleaving.Touch(OperationKind.Write, this);
        var begun = new List<DependencyNode<TKey, TValue>>();
        List<DependencyWait<TKey, TValue>> told;
        using (_gate.EnterScope())
        {
            if (_closed is not null)
            {
                throw new InvalidOperationException($"'{work[0].Key}' cannot be started: {_closed} Start everything before that.");
            }

            told = BeginLocked(work, begun);
        }

        Tell(told);
        return [.. begun];
    }

    /// <summary>Gives a key a value that no work has made, or the running work's own.</summary>
    public void Post(TKey key, TValue value, bool replace, DependencyNode<TKey, TValue>? poster)
    {
        Interleaving.Touch(OperationKind.Write, this);
        List<DependencyWait<TKey, TValue>> told;
        using (_gate.EnterScope())
        {
            var node = _nodes.GetValueOrDefault(key);
            var isOwn = node is not null && ReferenceEquals(node, poster);
            if (_closed is not null && !isOwn)
            {
                throw new InvalidOperationException($"No value can be posted for '{key}': {_closed} Post everything before that.");
            }

            if (node is { IsRunning: true } && !isOwn)
            {
                throw new DependencyCollisionException(
                    $"A value was posted for '{key}' in the pool '{name}' while its own work runs. Let the work post it, or stop the work first.", key);
            }

            if (node is { IsSettled: true } && !replace)
            {
                throw new DependencyCollisionException(
                    $"A value was posted for '{key}' in the pool '{name}', which has one. Use another key, or replace: true.", key);
            }

            node ??= AddLocked(key);
            node.WasPosted = true;
            told = SettleLocked(node, value, null);
        }

        Tell(told);
    }

    /// <summary>Stores the outcome of work that has ended.</summary>
    /// <returns>False if the key has a value already, because the work had posted it.</returns>
    public bool End(DependencyNode<TKey, TValue> node, TValue? value, Exception? error)
    {
        Interleaving.Touch(OperationKind.Write, this);
        List<DependencyWait<TKey, TValue>> told = [];
        bool isStored;
        using (_gate.EnterScope())
        {
            node.IsRunning = false;
            isStored = !node.IsSettled;
            if (isStored)
            {
                if (error is OperationCanceledException && node.StopReason is { } reason)
                {
                    error = new OperationCanceledException($"It was stopped: {Given.Sentence(reason)}", error, node.Cancellation.Token);
                }

                told = SettleLocked(node, value, error is null ? null : new DependencyFailedException(node.Key, error));
            }
        }

        Tell(told);
        return isStored;
    }

    /// <summary>Lets nothing be started any more, and ends the waits for keys that nobody has started.</summary>
    /// <param name="why">Becomes part of the failures, as a sentence.</param>
    public void Close(string why)
    {
        var told = new List<DependencyWait<TKey, TValue>>();
        using (_gate.EnterScope())
        {
            _closed ??= why;
            foreach (var node in _nodes.Values)
            {
                if (!node.WasStarted && !node.IsSettled)
                {
                    told.AddRange(SettleLocked(node, default, NeverStarted(node.Key)));
                }
            }
        }

        Tell(told);
    }

    /// <summary>Yields keys in the order in which they are settled.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="asker">The work that waits; null if it is none, or if the keys are its dependencies.</param>
    /// <param name="slot">What the work gives up while it waits; null for that of the asker.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async IAsyncEnumerable<DependencyNode<TKey, TValue>> EachAsync(
        IEnumerable<TKey> keys, DependencyNode<TKey, TValue>? asker, DependencySlot? slot, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        slot ??= asker?.Slot;
        var wait = Watch(keys, asker);
        try
        {
            for (var left = wait.Nodes.Length; left > 0; left--)
            {
                DependencyNode<TKey, TValue>? node;
                while ((node = TakeSettled(wait, asker)) is null)
                {
                    var signal = SleepAsync(wait, cancellationToken);
                    await (slot?.WaitAsync(signal) ?? signal).ConfigureAwait(Executor.Current is not null);
                }

                yield return node;
            }
        }
        finally
        {
            Unwatch(wait, asker);
        }
    }

    private static void Tell(List<DependencyWait<TKey, TValue>> told)
    {
        foreach (var wait in told)
        {
            wait.Signal.Set();
        }
    }

    private DependencyWait<TKey, TValue> Watch(IEnumerable<TKey> keys, DependencyNode<TKey, TValue>? asker)
    {
        // The sequence is the user's: not under the lock.
        var distinct = new HashSet<TKey>(keys, _nodes.Comparer);
        using (_gate.EnterScope())
        {
            var wait = new DependencyWait<TKey, TValue>([.. distinct.Select(key => _nodes.GetValueOrDefault(key) ?? AddLocked(key))]);
            if (asker is { IsRunning: true })
            {
                asker.OwnWaits.Add(wait);
            }

            foreach (var node in wait.Nodes.Where(static node => node.IsSettled).OrderBy(static node => node.Order))
            {
                wait.Settled.Enqueue(node);
            }

            foreach (var node in wait.Nodes.Where(static node => !node.IsSettled))
            {
                node.Waits.Add(wait);
            }

            return wait;
        }
    }

    /// <summary>Takes the next key; null if there is none, and the wait may go to sleep.</summary>
    private DependencyNode<TKey, TValue>? TakeSettled(DependencyWait<TKey, TValue> wait, DependencyNode<TKey, TValue>? asker)
    {
        using (_gate.EnterScope())
        {
            if (wait.Settled.TryDequeue(out var node))
            {
                return node;
            }

            wait.IsSleeping = true;
            if (wait.Refusal is null && asker is { IsRunning: true, IsSettled: false })
            {
                wait.Refusal = DependencyCycles<TKey, TValue>.WhyNotSleep(name, asker, wait);
            }

            return wait.Refusal is { } refusal ? throw refusal : null;
        }
    }

    private async Task SleepAsync(DependencyWait<TKey, TValue> wait, CancellationToken cancellationToken)
    {
        try
        {
            await wait.Signal.WaitAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            // Here, and not when it has its slot again: what stands in line for that waits for none of the keys.
            using (_gate.EnterScope())
            {
                wait.IsSleeping = false;
            }
        }
    }

    private void Unwatch(DependencyWait<TKey, TValue> wait, DependencyNode<TKey, TValue>? asker)
    {
        using (_gate.EnterScope())
        {
            asker?.OwnWaits.Remove(wait);
            LeaveLocked(wait);
        }
    }

    private void LeaveLocked(DependencyWait<TKey, TValue> wait)
    {
        foreach (var node in wait.Nodes)
        {
            node.Waits.Remove(wait);
            if (node is { IsOnlyAskedFor: true, Waits.Count: 0 } && ReferenceEquals(_nodes.GetValueOrDefault(node.Key), node))
            {
                _nodes.Remove(node.Key);
            }
        }
    }

    private List<DependencyWait<TKey, TValue>> BeginLocked(
        IReadOnlyList<(TKey Key, TKey[] Dependencies)> work, List<DependencyNode<TKey, TValue>> begun)
    {
        var added = new List<TKey>();
        var suspects = new List<DependencyNode<TKey, TValue>>();
        try
        {
            foreach (var (key, dependencies) in work)
            {
                begun.Add(BeginLocked(key, dependencies, added, suspects));
            }
        }
        catch
        {
            begun.ForEach(static node =>
            {
                Array.ForEach(node.Dependencies!, static dependency => dependency.Dependents--);
                (node.Dependencies, node.IsRunning) = (null, false);
            });
            added.ForEach(key => _nodes.Remove(key));
            throw;
        }

        // Who starts work is not told that others wait for it: those who wait are.
        var told = new List<DependencyWait<TKey, TValue>>();
        foreach (var node in suspects)
        {
            while (DependencyCycles<TKey, TValue>.RefuseWait(name, node) is { } refused)
            {
                told.Add(refused);
            }
        }

        return told;
    }

    private DependencyNode<TKey, TValue> BeginLocked(
        TKey key, TKey[] dependencies, List<TKey> added, List<DependencyNode<TKey, TValue>> suspects)
    {
        var known = _nodes.GetValueOrDefault(key);
        if (known is { WasStarted: true } or { IsSettled: true })
        {
            throw new DependencyCollisionException(
                $"'{key}' cannot be started in the pool '{name}': it {(known.WasStarted ? "was started before" : "has a posted value")}. Use another key.", key);
        }

        var node = known ?? AddLocked(key, added);
        var nodes = Array.ConvertAll(dependencies, dependency => _nodes.GetValueOrDefault(dependency) ?? AddLocked(dependency, added));
        if (DependencyCycles<TKey, TValue>.ThrowIfStartCloses(name, node, nodes))
        {
            suspects.Add(node);
        }

        Array.ForEach(nodes, static dependency => dependency.Dependents++);
        node.Dependencies = nodes;
        node.IsRunning = true;
        return node;
    }

    private DependencyNode<TKey, TValue> AddLocked(TKey key, List<TKey> added)
    {
        added.Add(key);
        return AddLocked(key);
    }

    private DependencyNode<TKey, TValue> AddLocked(TKey key)
    {
        var node = new DependencyNode<TKey, TValue>(key);
        _nodes.Add(key, node);
        if (_closed is not null)
        {
            SettleLocked(node, default, NeverStarted(key));
        }

        return node;
    }

    private List<DependencyWait<TKey, TValue>> SettleLocked(DependencyNode<TKey, TValue> node, TValue? value, DependencyFailedException? failure)
    {
        node.IsSettled = true;
        node.Value = value;
        node.Failure = failure;
        node.Order = ++_order;
        foreach (var wait in node.Waits)
        {
            wait.Settled.Enqueue(node);
        }

        List<DependencyWait<TKey, TValue>> told = [.. node.Waits];
        node.Waits.Clear();
        return told;
    }

    private DependencyFailedException NeverStarted(TKey key) => new(key, new InvalidOperationException($"nobody had started it, or posted its value, when {_closed}"));
}
