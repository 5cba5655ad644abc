using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A lock per name, made when it is asked for and gone when nobody holds it or waits for it.</summary>
/// <remarks>
/// Each lock is an <see cref="AsyncLock"/>: waiters get it in the order in which they asked, and a cancelled wait took nothing. Names are
/// compared ordinally. Locks of different names do not know each other: who takes several takes them in one order everywhere.
/// With <see cref="NamedLocksOptions.Directory"/> a lock excludes other processes, too: within this one waiters are served in order,
/// and the first of them competes for the file. All members are safe to call from any thread.
/// </remarks>
[DebuggerDisplay("Count = {Count}")]
public sealed class NamedLocks
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly NamedLocksOptions _options;
    private readonly TimeProvider _clock;

    /// <summary>Makes locks for this process, without a log.</summary>
    public NamedLocks()
        : this(new NamedLocksOptions())
    {
    }

    /// <summary>Makes locks.</summary>
    /// <param name="options">Prefix, directory and log.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time of the options is negative.</exception>
    public NamedLocks(NamedLocksOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfInvalid();
        _options = options;
        _clock = options.TimeProvider ?? TimeProvider.System;
    }

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
        var asked = _clock.GetTimestamp();
        IDisposable? inner = null;
        IDisposable? file = null;
        try
        {
            inner = entry.Lock.Lock(cancellationToken);
            file = entry.File?.Lock(cancellationToken);
            return Taken(entry, inner, file, asked);
        }
        catch
        {
            NotTaken(entry, inner, file, asked);
            throw;
        }
    }

    /// <summary>Takes the lock of a name, waiting until it is free, but not longer than given.</summary>
    /// <param name="name">The name; not empty.</param>
    /// <param name="timeout">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key; disposing it releases the lock, once.</returns>
    /// <exception cref="LockNotAcquiredException">The lock was not free in time (through the task).</exception>
    public AwaitableDisposable<IDisposable> LockAsync(string name, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new AwaitableDisposable<IDisposable>(TimedWait.GetAsync(
            token => TakeAsync(name, token), _options.Prefix + name, timeout, _options.TimeProvider, cancellationToken));
    }

    /// <summary>Takes the lock of a name if it is free within a time.</summary>
    /// <param name="name">The name; not empty.</param>
    /// <param name="timeout">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key; null if the time has passed.</returns>
    public Task<IDisposable?> TryLockAsync(string name, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return TimedWait.TryAsync(token => TakeAsync(name, token), timeout, _options.TimeProvider, cancellationToken);
    }

    /// <summary>Takes the lock of a name if it is free.</summary>
    /// <param name="name">The name; not empty.</param>
    /// <param name="key">Releases the lock, once, when it is disposed.</param>
    /// <returns>Whether the lock was taken.</returns>
    public bool TryLock(string name, [NotNullWhen(true)] out IDisposable? key)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var entry = Use(name);
        var asked = _clock.GetTimestamp();
        LockKey? inner = null;
        IDisposable? file = null;
        try
        {
            key = entry.Lock.Core.TryEnter(out inner) && (entry.File is null || entry.File.TryLock(out file))
                ? Taken(entry, inner, file, asked)
                : null;
        }
        catch
        {
            NotTaken(entry, inner, file, asked);
            throw;
        }

        if (key is null)
        {
            NotTaken(entry, inner, file, asked);
        }

        return key is not null;
    }

    /// <summary>Removes the file of a name's lock if nobody holds it; whoever takes the lock makes it anew.</summary>
    /// <param name="name">The name; not empty.</param>
    /// <returns>Whether there is no such file now; see <see cref="InterProcessLock.TryRemoveFile"/>.</returns>
    public bool TryRemoveFile(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return NewEntry(name).File?.TryRemoveFile() ?? true;
    }

    private async Task<IDisposable> TakeAsync(string name, CancellationToken cancellationToken)
    {
        var entry = Use(name);
        var asked = _clock.GetTimestamp();
        IDisposable? inner = null;
        IDisposable? file = null;
        try
        {
            inner = await entry.Lock.LockAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
            file = entry.File is null ? null : await entry.File.LockAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
            return Taken(entry, inner, file, asked);
        }
        catch
        {
            NotTaken(entry, inner, file, asked);
            throw;
        }
    }

    private Key Taken(Entry entry, IDisposable inner, IDisposable? file, long asked)
    {
        var taken = _clock.GetTimestamp();
        var waited = _clock.GetElapsedTime(asked, taken);
        _options.Logger.LockTaken(entry.FullName, waited);
        if (IsLonger(waited, _options.SlowWait))
        {
            _options.Logger.LockWaitedLong(entry.FullName, waited, _options.SlowWait);
        }

        return new Key(this, entry, inner, file, taken);
    }

    private void NotTaken(Entry entry, IDisposable? inner, IDisposable? file, long asked)
    {
        file?.Dispose();
        inner?.Dispose();
        Leave(entry);
        var waited = _clock.GetElapsedTime(asked);
        _options.Logger.LockNotTaken(entry.FullName, waited);
    }

    private void Release(Entry entry, IDisposable inner, IDisposable? file, long taken)
    {
        // The file first, so that the next one in this process finds it free.
        file?.Dispose();
        inner.Dispose();
        Leave(entry);
        var held = _clock.GetElapsedTime(taken);
        _options.Logger.LockReleased(entry.FullName, held);
        if (IsLonger(held, _options.SlowHold))
        {
            _options.Logger.LockHeldLong(entry.FullName, held, _options.SlowHold);
        }
    }

    private static bool IsLonger(TimeSpan time, TimeSpan limit) => limit != Timeout.InfiniteTimeSpan && time > limit;

    private Entry NewEntry(string name)
    {
        var fullName = _options.Prefix + name;
        return new Entry(name, fullName, _options.Directory is { } directory
            ? new InterProcessLock(Path.Combine(directory, LockFileName.Of(fullName)), _options.TimeProvider)
            : null);
    }

    private Entry Use(string name)
    {
        while (true)
        {
            var entry = _entries.GetOrAdd(name, static (name, locks) => locks.NewEntry(name), this);
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

    private sealed class Entry(string name, string fullName, InterProcessLock? file)
    {
        private const int Gone = -1;

        private int _users;

        public string Name => name;

        public string FullName => fullName;

        public InterProcessLock? File => file;

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

    private sealed class Key(NamedLocks locks, Entry entry, IDisposable inner, IDisposable? file, long taken) : IDisposable
    {
        private IDisposable? _inner = inner;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _inner, null) is { } held)
            {
                locks.Release(entry, held, file, taken);
            }
        }
    }
}
