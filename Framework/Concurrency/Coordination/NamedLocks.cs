using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A lock per name, made when it is asked for and gone when nobody holds it or waits for it.</summary>
/// <remarks>
/// Each lock is an <see cref="AsyncLock"/>: waiters get it in the order in which they asked, and a cancelled wait took nothing. Names are
/// compared ordinally. Locks of different names do not know each other: who takes several takes them in one order everywhere.
/// All members are safe to call from any thread.
/// </remarks>
[DebuggerDisplay("Count = {Count}")]
public sealed class NamedLocks
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The number of names that are held or waited for at this moment.</summary>
    public int Count => _entries.Count;

    /// <summary>Takes the lock of a name, waiting until it is free.</summary>
    /// <param name="name">The name; not empty.</param>
    /// <param name="cancellationToken">Ends the wait. If it is cancelled already, the lock is taken only if it is free.</param>
    /// <returns>The key; disposing it releases the lock, once.</returns>
    public AwaitableDisposable<IDisposable> LockAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new AwaitableDisposable<IDisposable>(TakeAsync(name, cancellationToken));
    }

    /// <summary>Takes the lock of a name, blocking the calling thread until it is free.</summary>
    /// <param name="name">The name; not empty.</param>
    /// <param name="cancellationToken">Ends the wait. If it is cancelled already, the lock is taken only if it is free.</param>
    /// <returns>The key; disposing it releases the lock, once.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IDisposable Lock(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var entry = Use(name);
        try
        {
            return new Key(this, entry, entry.Lock.Lock(cancellationToken));
        }
        catch
        {
            Leave(entry);
            throw;
        }
    }

    /// <summary>Takes the lock of a name if it is free.</summary>
    /// <param name="name">The name; not empty.</param>
    /// <param name="key">Releases the lock, once, when it is disposed.</param>
    /// <returns>Whether the lock was taken.</returns>
    public bool TryLock(string name, [NotNullWhen(true)] out IDisposable? key)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var entry = Use(name);
        if (entry.Lock.Core.TryEnter(out var inner))
        {
            key = new Key(this, entry, inner);
            return true;
        }

        Leave(entry);
        key = null;
        return false;
    }

    private async Task<IDisposable> TakeAsync(string name, CancellationToken cancellationToken)
    {
        var entry = Use(name);
        try
        {
            return new Key(this, entry, await entry.Lock.LockAsync(cancellationToken).ConfigureAwait(Executor.Current is not null));
        }
        catch
        {
            Leave(entry);
            throw;
        }
    }

    private Entry Use(string name)
    {
        while (true)
        {
            var entry = _entries.GetOrAdd(name, static name => new Entry(name));
            if (entry.TryUse())
            {
                return entry;
            }

            // Its last user is about to take it out: whoever comes first does.
            _entries.TryRemove(KeyValuePair.Create(name, entry));
        }
    }

    private void Leave(Entry entry)
    {
        if (entry.Leave())
        {
            _entries.TryRemove(KeyValuePair.Create(entry.Name, entry));
        }
    }

    private sealed class Entry(string name)
    {
        private const int Gone = -1;

        private int _users;

        public string Name => name;

        public AsyncLock Lock { get; } = new();

        public bool TryUse()
        {
            var seen = Volatile.Read(ref _users);
            while (seen != Gone)
            {
                var before = Interlocked.CompareExchange(ref _users, seen + 1, seen);
                if (before == seen)
                {
                    return true;
                }

                seen = before;
            }

            return false;
        }

        /// <summary>Whether the entry has no user any more and takes none.</summary>
        public bool Leave() => Interlocked.Decrement(ref _users) == 0 && Interlocked.CompareExchange(ref _users, Gone, 0) == 0;
    }

    private sealed class Key(NamedLocks locks, Entry entry, IDisposable inner) : IDisposable
    {
        private IDisposable? _inner = inner;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _inner, null) is { } held)
            {
                held.Dispose();
                locks.Leave(entry);
            }
        }
    }
}
