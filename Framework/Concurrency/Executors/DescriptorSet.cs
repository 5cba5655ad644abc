using System.Runtime.InteropServices;
using Concurrency.Execution;
using Concurrency.Interop;

namespace Concurrency.Executors;

/// <summary>The descriptors that one thread watches.</summary>
internal sealed class DescriptorSet : IDisposable
{
    private readonly QuietLock _gate = new();
    private readonly EpollSet _epoll = new();
    private readonly Dictionary<ulong, WatchedDescriptor> _watched = [];
    private ulong _lastKey = EpollSet.WakeKey;
    private volatile int _count;
    private bool _disposed;

    /// <summary>How many descriptors are watched.</summary>
    public int Count => _count;

    public void Wake() => _epoll.Wake();

    /// <summary>Waits for events and tells the waiters; at most one thread at a time.</summary>
    public void Poll(int milliseconds)
    {
        var events = _epoll.Wait(milliseconds);
        for (var index = 0; index < events; index++)
        {
            var key = _epoll.KeyOf(index);
            if (key != EpollSet.WakeKey && Find(key) is { } watched)
            {
                watched.Signal();
            }
        }
    }

    public WatchedDescriptor Watch(SafeHandle handle, Executor owner, Action<WatchedDescriptor> unwatch)
    {
        using (_gate.EnterScope())
        {
            if (_disposed)
            {
                throw new ObjectDisposedException(
                    nameof(Executor), $"The {owner} has ended and cannot watch a descriptor. Make the source on an executor that lives longer.");
            }

            var watched = new WatchedDescriptor(handle, ++_lastKey, owner, unwatch);
            _watched.Add(watched.Key, watched);
            var error = _epoll.Add(watched.Descriptor, watched.Key);
            if (error != 0)
            {
                _watched.Remove(watched.Key);
                watched.Abandon();
                throw Refused(watched.Descriptor, error, owner);
            }

            _count = _watched.Count;
            return watched;
        }
    }

    /// <summary>Ends a watch.</summary>
    /// <returns>How many are left.</returns>
    public int Unwatch(WatchedDescriptor watched)
    {
        using (_gate.EnterScope())
        {
            if (_watched.Remove(watched.Key))
            {
                _epoll.Remove(watched.Descriptor);
                _count = _watched.Count;
            }

            return _count;
        }
    }

    /// <summary>Fails the pending waits of one executor, which has ended.</summary>
    public void FailAll(Executor owner)
    {
        WatchedDescriptor[] failing;
        using (_gate.EnterScope())
        {
            failing = [.. _watched.Values.Where(watched => ReferenceEquals(watched.Owner, owner))];
        }

        foreach (var watched in failing)
        {
            watched.Dispose();
        }
    }

    public void Dispose()
    {
        WatchedDescriptor[] left;
        using (_gate.EnterScope())
        {
            _disposed = true;
            left = [.. _watched.Values];
        }

        foreach (var watched in left)
        {
            watched.Dispose();
        }

        _epoll.Dispose();
    }

    private static Exception Refused(int descriptor, int error, Executor owner) => error switch
    {
        LibC.ErrorExists => new InvalidOperationException(
            $"The descriptor {descriptor} is already watched on '{owner.Name}'. Share the one watch, or watch a duplicate of the descriptor."),
        LibC.ErrorNotPermitted => new ArgumentException(
            $"The descriptor {descriptor} cannot be watched: the kernel reports readiness of sockets, pipes, eventfds and the like, not of regular files.", nameof(descriptor)),
        _ => new IOException($"The descriptor {descriptor} cannot be watched on '{owner.Name}' ({EpollSet.ErrorText(error)})."),
    };

    private WatchedDescriptor? Find(ulong key)
    {
        using (_gate.EnterScope())
        {
            return _watched.GetValueOrDefault(key);
        }
    }
}
