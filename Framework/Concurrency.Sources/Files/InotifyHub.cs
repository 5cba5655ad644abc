using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Concurrency.Execution;
using Concurrency.Sources.Interop;

namespace Concurrency.Sources.Files;

/// <summary>One inotify descriptor for all file sources of an executor; it deals out events and never waits for a source.</summary>
internal sealed class InotifyHub
{
    private const int BufferSize = 64 * 1024;

    private static readonly ConditionalWeakTable<Executor, Slot> s_slots = [];

    private readonly Lock _gate = new();
    private readonly Slot _slot;
    private readonly InotifyHandle _descriptor;
    private readonly DescriptorReadiness _readiness;
    private readonly Dictionary<int, List<DirectoryWatch>> _watches = [];
    private readonly HashSet<RawInbox> _inboxes = [];
    private readonly List<DirectoryWatch> _recipients = [];
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private volatile bool _closed;

    private InotifyHub(Executor executor, Slot slot)
    {
        _slot = slot;
        _descriptor = Inotify.Open();
        if (_descriptor.IsInvalid)
        {
            throw InotifyFailure.OnOpen(Marshal.GetLastPInvokeError());
        }

        try
        {
            _readiness = executor.WatchDescriptor(_descriptor);
        }
        catch
        {
            _descriptor.Dispose();
            throw;
        }
    }

    /// <summary>The executor's descriptor, made for the first source and closed after the last.</summary>
    public static InotifyHub Acquire(Executor executor, RawInbox inbox)
    {
        var slot = s_slots.GetValue(executor, static _ => new Slot());
        InotifyHub hub;
        lock (slot)
        {
            if (slot.Hub is { } running)
            {
                running._inboxes.Add(inbox);
                return running;
            }

            hub = new InotifyHub(executor, slot);
            hub._inboxes.Add(inbox);
            slot.Hub = hub;
        }

        _ = hub.RunAsync(executor);
        return hub;
    }

    /// <summary>Gives up one source's share; its watches must have been removed.</summary>
    public void Release(RawInbox inbox)
    {
        lock (_slot)
        {
            _inboxes.Remove(inbox);
            if (_inboxes.Count > 0 || _closed)
            {
                return;
            }

            _closed = true;
            _slot.Hub = _slot.Hub == this ? null : _slot.Hub;
        }

        // The watch ends before the descriptor closes: its number may be another's at once.
        _readiness.Dispose();
        _descriptor.Dispose();
    }

    /// <summary>Starts or renews a watch; 0 or the error number.</summary>
    /// <param name="watch">Gets the kernel's number.</param>
    /// <param name="path">A directory.</param>
    /// <param name="flags">Added to what every watch asks for.</param>
    /// <param name="former">A watch of the same source and the same directory under another name, which this one replaces.</param>
    public int Add(DirectoryWatch watch, string path, uint flags, out DirectoryWatch? former)
    {
        former = null;
        lock (_gate)
        {
            var descriptor = Inotify.AddWatch(_descriptor, path, Inotify.Watched | flags);
            if (descriptor < 0)
            {
                return Marshal.GetLastPInvokeError();
            }

            if (watch.Descriptor == descriptor)
            {
                return 0;
            }

            RemoveLocked(watch);
            ref var sharers = ref CollectionsMarshal.GetValueRefOrAddDefault(_watches, descriptor, out _);
            sharers ??= [];
            former = watch.Entry is null ? null : sharers.Find(other => other.Inbox == watch.Inbox && other.Entry is not null);
            if (former is not null)
            {
                sharers.Remove(former);
                former.Descriptor = -1;
            }

            sharers.Add(watch);
            watch.Descriptor = descriptor;
            return 0;
        }
    }

    /// <summary>Ends a watch, if there is one.</summary>
    public void Remove(DirectoryWatch watch)
    {
        lock (_gate)
        {
            RemoveLocked(watch);
        }
    }

    private void RemoveLocked(DirectoryWatch watch)
    {
        if (_watches.TryGetValue(watch.Descriptor, out var sharers) && sharers.Remove(watch) && sharers.Count == 0)
        {
            _watches.Remove(watch.Descriptor);
            _ = Inotify.RemoveWatch(_descriptor, watch.Descriptor);
        }

        watch.Descriptor = -1;
    }

    private async Task RunAsync(Executor executor)
    {
        try
        {
            await executor.RunAsync(ReadAsync).ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error)
        {
            // Whoever closes the hub or disposes the executor knows; for everybody else this is the end.
            RawInbox[] inboxes;
            lock (_slot)
            {
                inboxes = _closed || executor.Stopping.IsCancellationRequested ? [] : [.. _inboxes];
                _slot.Hub = _slot.Hub == this ? null : _slot.Hub;
            }

            foreach (var inbox in inboxes)
            {
                inbox.Fail(error);
            }
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        while (!_closed)
        {
            var size = ReadOnce();
            if (size > 0)
            {
                Deal(_buffer.AsSpan(0, size));

                // A storm must not keep the sources, which run on the same executor, from their work.
                await Executor.Yield();
                continue;
            }

            await _readiness.WaitReadableAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
    }

    private unsafe int ReadOnce()
    {
        while (true)
        {
            fixed (byte* buffer = _buffer)
            {
                var size = Inotify.Read(_descriptor, buffer, BufferSize);
                if (size >= 0)
                {
                    return (int)size;
                }
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Inotify.TryAgain:
                    return 0;
                case Inotify.Interrupted:
                    continue;
                case var error:
                    throw new IOException($"read of the inotify descriptor failed with error {error}.");
            }
        }
    }

    private void Deal(ReadOnlySpan<byte> events)
    {
        while (events.Length >= Inotify.HeaderSize)
        {
            var descriptor = MemoryMarshal.Read<int>(events);
            var mask = MemoryMarshal.Read<uint>(events[4..]);
            var cookie = MemoryMarshal.Read<uint>(events[8..]);
            var length = MemoryMarshal.Read<int>(events[12..]);
            var name = events.Slice(Inotify.HeaderSize, length);
            var end = name.IndexOf((byte)0);
            DealOne(descriptor, mask, cookie, end < 0 ? name : name[..end]);
            events = events[(Inotify.HeaderSize + length)..];
        }
    }

    private void DealOne(int descriptor, uint mask, uint cookie, ReadOnlySpan<byte> name)
    {
        if ((mask & Inotify.QueueOverflow) != 0)
        {
            lock (_slot)
            {
                foreach (var inbox in _inboxes)
                {
                    inbox.Overflow();
                }
            }

            return;
        }

        lock (_gate)
        {
            if (!_watches.TryGetValue(descriptor, out var sharers))
            {
                return;
            }

            _recipients.AddRange(sharers);
            if ((mask & Inotify.Ignored) != 0)
            {
                sharers.ForEach(static watch => watch.Descriptor = -1);
                _watches.Remove(descriptor);
            }
        }

        var text = Encoding.UTF8.GetString(name);
        foreach (var watch in _recipients)
        {
            watch.Inbox.Add(watch, mask, cookie, text);
        }

        _recipients.Clear();
    }

    private sealed class Slot
    {
        public InotifyHub? Hub { get; set; }
    }
}
