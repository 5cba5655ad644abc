using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Concurrency.Coordination.Synchronous;
using Concurrency.Execution;
using Concurrency.Interop;

namespace Concurrency.Coordination;

/// <summary>A lock that processes of one machine share through a file, and that is released when its holder dies.</summary>
/// <remarks>
/// <para>Within one object waiters are served in order of arrival; between processes and objects the kernel decides. The file is made if it
/// is absent, its content is not touched, and it is deleted only by <see cref="TryRemoveFile"/>, and by nobody else: that would let two holders in. Use a local file system.</para>
/// <para>The kernel offers no wait that can be cancelled, so the lock is tried for again and again, more rarely the longer it takes.
/// It is not reentrant. All members are safe to call from any thread.</para>
/// </remarks>
[DebuggerDisplay("{Path}")]
public sealed class InterProcessLock
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(1);

    private readonly AsyncLock _mutex = new();
    private readonly TimeProvider? _timeProvider;

    /// <summary>Makes a lock; touches no file yet.</summary>
    /// <param name="path">The lock file; its directory must exist when the lock is taken.</param>
    /// <param name="timeProvider">The clock of the pauses; null for that of the current executor, or else the system's.</param>
    public InterProcessLock(string path, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Path = System.IO.Path.GetFullPath(path);
        _timeProvider = timeProvider;
    }

    /// <summary>The full path of the lock file.</summary>
    public string Path { get; }

    /// <summary>Takes the lock, waiting until no process holds it.</summary>
    /// <param name="cancellationToken">Ends the wait. If it is cancelled already, the lock is taken only if nobody holds it.</param>
    /// <returns>The key; disposing it releases the lock, once.</returns>
    /// <exception cref="IOException">The file cannot be opened or locked (through the task).</exception>
    public AwaitableDisposable<IDisposable> LockAsync(CancellationToken cancellationToken = default) => new(TakeAsync(cancellationToken));

    /// <summary>Takes the lock, blocking the calling thread until no process holds it.</summary>
    /// <param name="cancellationToken">Ends the wait. If it is cancelled already, the lock is taken only if nobody holds it.</param>
    /// <returns>The key; disposing it releases the lock, once.</returns>
    /// <exception cref="IOException">The file cannot be opened or locked.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IDisposable Lock(CancellationToken cancellationToken = default)
    {
        var inner = _mutex.Lock(cancellationToken);
        try
        {
            // Neither the executor nor its clock goes on while its thread is blocked here.
            var time = _timeProvider ?? TimeProvider.System;
            for (var pause = s_shortestPause; ; pause = LongerThan(pause))
            {
                if (FileLock.TryTake(Path) is { } file)
                {
                    return new Key(file, inner);
                }

                BlockingWait.For(Task.Delay(pause, time, cancellationToken));
            }
        }
        catch
        {
            inner.Dispose();
            throw;
        }
    }

    /// <summary>Takes the lock if no process holds it within a time.</summary>
    /// <param name="timeout">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key; null if the time has passed.</returns>
    /// <exception cref="IOException">The file cannot be opened or locked (through the task).</exception>
    public Task<IDisposable?> TryLockAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        TimedWait.TryAsync(TakeAsync, timeout, _timeProvider, cancellationToken);

    /// <summary>Takes the lock, waiting until no process holds it, but not longer than given.</summary>
    /// <param name="timeout">Zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key; disposing it releases the lock, once.</returns>
    /// <exception cref="LockNotAcquiredException">The lock was not free in time (through the task).</exception>
    /// <exception cref="IOException">The file cannot be opened or locked (through the task).</exception>
    public AwaitableDisposable<IDisposable> LockAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        new(TimedWait.GetAsync(TakeAsync, Path, timeout, _timeProvider, cancellationToken));

    /// <summary>Removes the lock file if nobody holds the lock; whoever takes the lock makes it anew.</summary>
    /// <returns>Whether the file is gone. Always false where only an open file can be the lock: anywhere but on Linux.</returns>
    /// <exception cref="IOException">The file cannot be opened or locked.</exception>
    public bool TryRemoveFile() => FileLock.TryRemove(Path);

    /// <summary>Takes the lock if no process holds it.</summary>
    /// <param name="key">Releases the lock, once, when it is disposed.</param>
    /// <returns>Whether the lock was taken.</returns>
    /// <exception cref="IOException">The file cannot be opened or locked.</exception>
    public bool TryLock([NotNullWhen(true)] out IDisposable? key)
    {
        key = _mutex.Core.TryEnter(out var inner) ? TryTake(inner) : null;
        return key is not null;
    }

    private static TimeSpan LongerThan(TimeSpan pause) => pause * 2 < s_longestPause ? pause * 2 : s_longestPause;

    private async Task<IDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        var inner = await _mutex.LockAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
        try
        {
            var time = _timeProvider ?? Executor.Current?.TimeProvider ?? TimeProvider.System;
            for (var pause = s_shortestPause; ; pause = LongerThan(pause))
            {
                if (FileLock.TryTake(Path) is { } file)
                {
                    return new Key(file, inner);
                }

                await Task.Delay(pause, time, cancellationToken).ConfigureAwait(Executor.Current is not null);
            }
        }
        catch
        {
            inner.Dispose();
            throw;
        }
    }

    private Key? TryTake(LockKey inner)
    {
        try
        {
            if (FileLock.TryTake(Path) is { } file)
            {
                return new Key(file, inner);
            }
        }
        catch
        {
            inner.Dispose();
            throw;
        }

        inner.Dispose();
        return null;
    }

    /// <summary>Releases the file before the mutex, so that the next one in this process finds it free.</summary>
    private sealed class Key(IDisposable file, IDisposable inner) : IDisposable
    {
        public void Dispose()
        {
            file.Dispose();
            inner.Dispose();
        }
    }
}
