using Concurrency.Diagnostics;
using Concurrency.Execution;
using Concurrency.Sources.Interop;
using Concurrency.Sources.Pumps;

namespace Concurrency.Sources.Files;

/// <summary>Hands changes to the channel and remembers what the reader was told.</summary>
internal sealed class FilePublisher(SourceRun<FileChange> run, PendingChanges pending, int capacity, TimeProvider clock)
{
    private const int StepsPerTurn = 256;

    private volatile bool _full;
    private int _waiting;
    private int _steps;

    /// <summary>Publishes what waits as far as there is room; when there is more room, the pump is woken.</summary>
    public void Flush()
    {
        while (!_full && pending.TryPeek(out var change))
        {
            // The look at the file comes before the reader can have it: whatever is newer shows as a difference later.
            var stamp = default(FileStamp);
            if (change.Kind != FileChangeKind.Deleted)
            {
                FileStamp.TryRead(change.Entry.Path, out stamp);
            }

            if (!run.TryPublish(Event(change)))
            {
                _full = true;
                if (Interlocked.Exchange(ref _waiting, 1) == 0)
                {
                    _ = WakeWhenThereIsRoomAsync();
                }

                return;
            }

            pending.RemoveFirst();
            Told(change, stamp);
        }
    }

    /// <summary>Called between steps of long work: publishes, waits for room when too much waits for it, and now and then ends the turn.</summary>
    public async ValueTask BreatheAsync()
    {
        while (pending.Count >= capacity)
        {
            Flush();
            if (pending.Count < capacity)
            {
                break;
            }

            if (!await run.WaitForRoomAsync().ConfigureAwait(Executor.Current is not null))
            {
                throw new OperationCanceledException(run.Ending);
            }

            _full = false;
        }

        if (++_steps >= StepsPerTurn)
        {
            _steps = 0;
            Flush();
            await Executor.Yield();
            run.Ending.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Publishes a difference that a look at the whole state has found, waiting for room.</summary>
    public async ValueTask PublishResyncAsync(FileChangeKind kind, PathEntry entry, FileStamp stamp)
    {
        run.CountObserved();
        var change = new FileChange
        {
            Kind = kind,
            Path = entry.Path,
            IsDirectory = entry.IsDirectory,
            Resync = true,
            Timestamp = clock.GetTimestamp(),
            TraceContext = ConcurrencyTelemetry.CaptureContext(),
        };
        while (!run.TryPublish(change))
        {
            var hasRoom = false;
            try
            {
                hasRoom = await run.WaitForRoomAsync().ConfigureAwait(Executor.Current is not null);
            }
            finally
            {
                if (!hasRoom)
                {
                    run.CountAbandoned();
                }
            }

            if (!hasRoom)
            {
                throw new OperationCanceledException(run.Ending);
            }
        }

        entry.IsTold = kind != FileChangeKind.Deleted;
        entry.Stamp = stamp;
    }

    private static FileChange Event(PendingChange change) => new()
    {
        Kind = change.Kind,
        Path = change.Entry.Path,
        OldPath = change.OldEntry?.Path,
        IsDirectory = change.IsDirectory,
        Timestamp = change.Timestamp,
        TraceContext = ConcurrencyTelemetry.CaptureContext(),
    };

    private static void Told(PendingChange change, FileStamp stamp)
    {
        change.Entry.IsTold = change.Kind != FileChangeKind.Deleted;
        change.Entry.Stamp = stamp;
        change.Entry.Prune();
        if (change.OldEntry is { } old)
        {
            old.IsTold = false;
            old.Prune();
        }
    }

    private async Task WakeWhenThereIsRoomAsync()
    {
        try
        {
            await run.WaitForRoomAsync().ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException)
        {
            // The source ends; the pump was woken for that.
        }

        Volatile.Write(ref _waiting, 0);
        _full = false;
        run.Wake.Wake();
    }
}
