using System.Runtime.ExceptionServices;
using Concurrency.Coordination;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>The work of one enumeration of a map: workers that each take the next item, and a ring of results.</summary>
/// <remarks>
/// A worker starts the next one when it has found an item, up to the limit. Room is taken before an item is: so no more results
/// wait than there is room for. The ring grows with those that do wait, because a limit may be far above what is needed.
/// </remarks>
internal sealed class MapRun<TItem, TResult>
{
    private const int RoomPerWorker = 2;
    private const int MostRoom = 4096;

    private readonly QuietLock _gate = new();
    private readonly Func<TItem, CancellationToken, Task<TResult>> _work;
    private readonly WorkPool? _pool;
    private readonly Executor? _executor;
    private readonly int? _limit;
    private readonly MapCancellation _cancellation;
    private readonly MapResults<TResult> _results;
    private readonly AsyncSemaphore _room;
    private readonly AsyncSemaphore _turn = new(1);
    private readonly TaskCompletionSource _stopped = new(Interleaving.CompletionOptions);
    private IAsyncEnumerator<TItem> _source = null!;
    private ExecutionContext? _context;
    private int _roomSize;
    private TaskCompletionSource? _reader;
    private Exception? _failure;
    private long _taken;
    private int _workers;
    private int _running;
    private bool _sourceEnded;

    public MapRun(Func<TItem, CancellationToken, Task<TResult>> work, MapOptions options, CancellationToken cancellationToken)
    {
        _work = work;
        _pool = options.Pool;
        _executor = options.Executor ?? _pool?.Home ?? Executor.Current;
        _limit = options.Limit ?? (_pool is null ? Environment.ProcessorCount : null);
        _roomSize = RoomFor(Limit);
        _room = new AsyncSemaphore(_roomSize);
        _results = new MapResults<TResult>(options.IsOrdered);
        _cancellation = new MapCancellation(Wake, _pool, cancellationToken);
    }

    // A pool may be resized while the map runs.
    private int Limit => _limit ?? Math.Max(1, _pool!.Size);

    /// <summary>Starts the first worker.</summary>
    public void Start(Func<CancellationToken, IAsyncEnumerator<TItem>> source)
    {
        try
        {
            _source = source(_cancellation.Source);
        }
        catch
        {
            Unregister();
            throw;
        }

        _workers = 1;
        _running = 1;
        if (_limit is null)
        {
            _context = ExecutionContext.Capture();
            _pool!.Resized += OnResized;
        }

        StartWorker(_pool is not null && WorkFrame.IsMemberOf(_pool));
    }

    /// <summary>Takes the next result.</summary>
    /// <returns>A task to wait for before the next try; null if there is a result or, without one, no more will come.</returns>
    public Task? TryTake(out TaskOutcome<TResult>? outcome)
    {
        using (_gate.EnterScope())
        {
            outcome = _results.TryTake();
            if (outcome is null && (!_sourceEnded || _results.Taken < _taken))
            {
                if (_reader is not null)
                {
                    throw new InvalidOperationException("MoveNextAsync was called while it ran. Await one call before the next.");
                }

                if (_cancellation.IsRequestedByCaller)
                {
                    // Whoever cancelled may have looked for a reader already, and found none.
                    return Task.CompletedTask;
                }

                _reader = new TaskCompletionSource(Interleaving.CompletionOptions);
                return _reader.Task;
            }

            if (outcome is null && _failure is { } failure)
            {
                // Thrown once: the enumeration is over afterwards.
                _failure = null;
                ExceptionDispatchInfo.Throw(failure);
            }
        }

        if (outcome is not null)
        {
            _room.Release();
        }

        return null;
    }

    /// <summary>Cancels what runs and completes when nothing does any more.</summary>
    /// <exception cref="AggregateException">Callbacks of the cancelled tokens have failed.</exception>
    public async Task StopAsync()
    {
        _cancellation.Cancel();
        await _stopped.Task.ConfigureAwait(Executor.Current is not null);
        Unregister();
        try
        {
            await _source.DisposeAsync().ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception failure)
        {
            _cancellation.ThrowIfFailed(failure);
            throw;
        }

        _cancellation.ThrowIfFailed(null);
    }

    private static int RoomFor(int limit) => Math.Max((int)Math.Min(MostRoom, (long)limit * RoomPerWorker), limit);

    private void Unregister()
    {
        _cancellation.Unregister();
        if (_limit is null)
        {
            _pool!.Resized -= OnResized;
        }
    }

    private void OnResized()
    {
        // In the flow of the map, not in that of whoever resizes the pool.
        if (_context is { } context)
        {
            ExecutionContext.Run(context, static run => ((MapRun<TItem, TResult>)run!).Fork(), this);
        }
        else
        {
            Fork();
        }
    }

    private void StartWorker(bool borrowsSlot) =>
        ObservedRoot<bool>.Start(_executor, _ => WorkAsync(borrowsSlot), OnWorkerEnded, CancellationToken.None);

    private void OnWorkerEnded(Task worker)
    {
        bool last;
        using (_gate.EnterScope())
        {
            last = --_running == 0;
            if (!worker.IsCompletedSuccessfully && !_cancellation.IsRequested)
            {
                // Refused by its executor. With others at work that only means less at a time.
                var refusal = worker.Exception?.InnerException ?? new TaskCanceledException(worker);
                _failure ??= last ? refusal : null;
                _workers--;
            }

            // The last one leaves when there are no more items, or when nobody wants any.
            _sourceEnded |= last;
        }

        if (last)
        {
            Wake();
            _stopped.TrySetResult();
        }
    }

    /// <returns>True, for nothing: work with and without a result is started in one way.</returns>
    private async Task<bool> WorkAsync(bool borrowsSlot)
    {
        var frame = _pool is null ? null : WorkFrame.Enter(_pool, null);
        try
        {
            while ((borrowsSlot || !TryRetire()) && await TryTakeRoomAsync().ConfigureAwait(Executor.Current is not null))
            {
                var (isItem, index, item) = await TakeItemAsync().ConfigureAwait(Executor.Current is not null);
                if (!isItem)
                {
                    break;
                }

                if (_pool is null || borrowsSlot)
                {
                    Fork();
                    Place(index, await RunItemAsync(item).ConfigureAwait(Executor.Current is not null));
                }
                else
                {
                    Place(index, await RunInSlotAsync(_pool, item).ConfigureAwait(Executor.Current is not null));
                }
            }

            return true;
        }
        finally
        {
            frame?.End();
        }
    }

    private async ValueTask<bool> TryTakeRoomAsync()
    {
        try
        {
            await _room.WaitAsync(_cancellation.Source).ConfigureAwait(Executor.Current is not null);
            return !_cancellation.IsRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async ValueTask<(bool IsItem, long Index, TItem Item)> TakeItemAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(Executor.Current is not null);
        Exception? failure = null;
        try
        {
            if (!_sourceEnded && !_cancellation.IsRequested
                && await _source.MoveNextAsync().ConfigureAwait(Executor.Current is not null))
            {
                var item = _source.Current;
                using (_gate.EnterScope())
                {
                    return (true, _taken++, item);
                }
            }
        }
        catch (Exception error)
        {
            failure = error;
        }
        finally
        {
            _turn.Release();
        }

        EndSource(failure);
        return default;
    }

    private void EndSource(Exception? failure)
    {
        using (_gate.EnterScope())
        {
            _sourceEnded = true;
            _failure ??= failure;
        }

        // What others have room for will not come either.
        _room.Release();
        Wake();
    }

    private void Fork()
    {
        var limit = Limit;
        if (Volatile.Read(ref _workers) >= limit)
        {
            return;
        }

        int moreRoom;
        using (_gate.EnterScope())
        {
            if (_workers >= limit || _sourceEnded)
            {
                return;
            }

            _workers++;
            _running++;
            moreRoom = Math.Max(0, RoomFor(limit) - _roomSize);
            _roomSize += moreRoom;
        }

        if (moreRoom > 0)
        {
            _room.Release(moreRoom);
        }

        StartWorker(borrowsSlot: false);
    }

    /// <summary>Ends a worker that is one too many since the pool was made smaller.</summary>
    private bool TryRetire()
    {
        if (Volatile.Read(ref _workers) <= Limit)
        {
            return false;
        }

        using var entered = _gate.EnterScope();
        var retires = _workers > Limit;
        _workers -= retires ? 1 : 0;
        return retires;
    }

    private async ValueTask<TaskOutcome<TResult>> RunInSlotAsync(WorkPool pool, TItem item)
    {
        try
        {
            if (pool.Slots.TakeAsync(_cancellation.Source) is { } slot)
            {
                await slot.ConfigureAwait(Executor.Current is not null);
            }
        }
        catch (OperationCanceledException refused)
        {
            return TaskOutcome<TResult>.Of(refused);
        }

        // Not before: one worker of each map waits in the line of the pool, not all of them.
        Fork();
        try
        {
            return await RunItemAsync(item).ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            pool.Slots.GiveUnused();
        }
    }

    private async ValueTask<TaskOutcome<TResult>> RunItemAsync(TItem item)
    {
        try
        {
            return TaskOutcome<TResult>.Of(await Given.Task(_work(item, _cancellation.Items), "MapAsync").ConfigureAwait(Executor.Current is not null));
        }
        catch (Exception error)
        {
            return TaskOutcome<TResult>.Of(error);
        }
    }

    private void Place(long index, TaskOutcome<TResult> outcome)
    {
        TaskCompletionSource? reader = null;
        using (_gate.EnterScope())
        {
            if (_results.Put(index, outcome))
            {
                reader = _reader;
                _reader = null;
            }
        }

        reader?.TrySetResult();
    }

    private void Wake()
    {
        TaskCompletionSource? reader;
        using (_gate.EnterScope())
        {
            reader = _reader;
            _reader = null;
        }

        reader?.TrySetResult();
    }
}
