namespace Concurrency.Coordination;

/// <summary>Reports locks of this namespace that are held for long while somebody waits for them.</summary>
/// <remarks>
/// <para>It watches <see cref="AsyncLock"/>, <see cref="AsyncMonitor"/>, <see cref="AsyncSemaphore"/> and
/// <see cref="AsyncReaderWriterLock"/>. Off, which is the default, it costs one read per wait and per lock taken. On, a lock is looked
/// at only while it has waiters, by one timer for all of them.</para>
/// <para>What counts is how long the first in the queue has been the first: a lock that changes hands often is busy and not stuck.
/// Each such wait is reported once. All members are safe to call from any thread.</para>
/// </remarks>
public static class LockWatch
{
    private static readonly Lock s_gate = new();
    private static LockWatcher? s_current;

    /// <summary>Whether locks are watched.</summary>
    public static bool IsEnabled => Current is not null;

    internal static LockWatcher? Current => s_current;

    /// <summary>Watches the locks of this process from now on.</summary>
    /// <returns>What ends the watch when disposed. To be ignored if it is to stay on.</returns>
    /// <exception cref="ArgumentException">An option is out of its range, or there is nobody to report to.</exception>
    /// <exception cref="InvalidOperationException">Locks are watched already.</exception>
    public static IDisposable Enable(LockWatchOptions options)
    {
        LockWatchOptions.Validate(options);
        lock (s_gate)
        {
            if (s_current is { } current)
            {
                throw new InvalidOperationException(
                    $"Locks are watched already, with a limit of {current.Options.Limit}. Dispose what that call of Enable returned before.");
            }

            LockSites.IsRecording = options.RecordStacks;
            s_current = new LockWatcher(options);
            return s_current;
        }
    }

    internal static void End(LockWatcher watcher)
    {
        lock (s_gate)
        {
            if (ReferenceEquals(s_current, watcher))
            {
                s_current = null;
                LockSites.IsRecording = false;
            }
        }
    }
}
