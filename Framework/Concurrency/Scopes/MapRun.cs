using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Scopes;

/// <summary>The work of one enumeration of a map: workers that each take the next item, and a ring of results.</summary>
/// <remarks>
/// A worker starts the next one when it has found an item, up to the limit. Room in the ring is taken before an item is: so an
/// item's place is free when its result is ready.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification =
    "The token source has neither a timer nor a link, so there is nothing to release, and a late cancellation must find it alive.")]
internal sealed class MapRun<TItem, TResult>
{
    private const int RoomPerWorker = 2;
    private const int MostRoom = 4096;

    private readonly QuietLock _gate = new();
    private readonly Func<TItem, CancellationToken, Task<TResult>> _work;
    private readonly WorkPool? _pool;
    private readonly Executor? _executor;
    private readonly bool _ordered;
    private readonly int _limit;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly CancellationTokenRegistration _callerRegistration;
    private readonly CancellationTokenRegistration _poolRegistration;
    private readonly CancellationTokenSource _items = new();
    private readonly AsyncSemaphore _room;
    private readonly AsyncSemaphore _turn = new(1);
    private readonly TaskOutcome<TResult>?[] _results;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IAsyncEnumerator<TItem> _source = null!;
    private TaskCompletionSource? _reader;
    private Exception? _failure;
    private long _taken;
    private long _placed;
    private long _read;
    private int _workers;
    private int _running;
    private bool _sourceEnded;

    public MapRun(Func<TItem, CancellationToken, Task<TResult>> work, MapOptions options, CancellationToken cancellationToken)
    {
        _work = work;
        _pool = options.Pool;
        _executor = options.Executor ?? _pool?.Home ?? Executor.Current;
        _ordered = options.IsOrdered;
        _limit = Math.Max(1, options.Limit ?? _pool?.Size ?? Environment.ProcessorCount);
        var room = Math.Max((int)Math.Min(MostRoom, (long)_limit * RoomPerWorker), _limit);
        _room = new AsyncSemaphore(room);
        _results = new TaskOutcome<TResult>?[room];
        _callerRegistration = cancellationToken.UnsafeRegister(static run => ((MapRun<TItem, TResult>)run!).OnCancelled(), this);
        _poolRegistration = _pool?.Stopping.UnsafeRegister(static items => ((CancellationTokenSource)items!).Cancel(), _items) ?? default;
    }

    /// <summary>Starts the first worker.</summary>
    public void Start(Func<CancellationToken, IAsyncEnumerator<TItem>> source)
    {
        _source = source(_cancellation.Token);
        _workers = 1;
        _running = 1;
        StartWorker(_pool is not null && WorkFrame.IsMemberOf(_pool));
    }

    /// <summary>Takes the next result.</summary>
    /// <returns>A task to wait for before the next try; null if there is a result or, without one, no more will come.</returns>
    public Task? TryTake(out TaskOutcome<TResult>? outcome)
    {
        using (_gate.EnterScope())
        {
            ref var place = ref _results[_read % _results.Length];
            outcome = place;
            if (outcome is not null)
            {
                place = null;
                _read++;
            }
            else if (!_sourceEnded || _read < _taken)
            {
                if (_reader is not null)
                {
                    throw new InvalidOperationException("MoveNextAsync was called while it ran. Await one call before the next.");
                }

                _reader = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return _reader.Task;
            }
            else if (_failure is { } failure)
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
    public async Task StopAsync()
    {
        OnCancelled();
        await _stopped.Task.ConfigureAwait(Executor.Current is not null);
        _callerRegistration.Unregister();
        _poolRegistration.Unregister();
        await _source.DisposeAsync().ConfigureAwait(Executor.Current is not null);
    }

    private void OnCancelled()
    {
        _cancellation.Cancel();
        _items.Cancel();
        Wake();
    }

    private void StartWorker(bool borrowsSlot) =>
        ObservedRoot<bool>.Start(_executor, _ => WorkAsync(borrowsSlot), OnWorkerEnded, CancellationToken.None);

    private void OnWorkerEnded(Task worker)
    {
        bool last;
        using (_gate.EnterScope())
        {
            last = --_running == 0;
            if (!worker.IsCompletedSuccessfully && !_cancellation.IsCancellationRequested)
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
            while (await TryTakeRoomAsync().ConfigureAwait(Executor.Current is not null))
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
            await _room.WaitAsync(_cancellation.Token).ConfigureAwait(Executor.Current is not null);
            return !_cancellation.IsCancellationRequested;
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
            if (!_sourceEnded && !_cancellation.IsCancellationRequested
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
        if (Volatile.Read(ref _workers) >= _limit)
        {
            return;
        }

        using (_gate.EnterScope())
        {
            if (_workers >= _limit || _sourceEnded)
            {
                return;
            }

            _workers++;
            _running++;
        }

        StartWorker(borrowsSlot: false);
    }

    private async ValueTask<TaskOutcome<TResult>> RunInSlotAsync(WorkPool pool, TItem item)
    {
        try
        {
            if (pool.Slots.TakeAsync(_cancellation.Token) is { } slot)
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
            return TaskOutcome<TResult>.Of(await _work(item, _items.Token).ConfigureAwait(Executor.Current is not null));
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
            var place = _ordered ? index : _placed++;
            _results[place % _results.Length] = outcome;
            if (place == _read)
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
