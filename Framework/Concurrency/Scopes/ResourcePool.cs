using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Concurrency.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Hands out a limited number of costly items, such as connections, makes them when they are needed, and keeps them for reuse.</summary>
/// <typeparam name="T">The type of the items. If it is disposable, items are disposed when they are closed.</typeparam>
/// <remarks>
/// <para>Who finds neither an idle item nor room for another one waits, in order of arrival; a returned item goes directly to the one
/// who has waited longest. A cancelled wait took nothing, and one that was granted is not cancelled any more.</para>
/// <para>There are never more items than the maximum, those included that are being made or closed. Whatever fails gives its place back
/// and wakes the next. All members are safe to call from any thread; the delegates of the options never run under a lock.</para>
/// </remarks>
[DebuggerDisplay("{Name}: Idle = {Idle}, InUse = {InUse}, Waiting = {Waiting}")]
public sealed class ResourcePool<T> : IAsyncDisposable, ILiveObject, IInterleaved
{
    private readonly ResourcePoolOptions<T> _options;
    private readonly ResourcePoolCore<T> _core;
    private readonly ResourceHandling<T> _handling;
    private readonly ExpiryTimer _timer;
    private readonly TimeProvider _clock;
    private int _isPrepared;

    /// <summary>Makes a pool without items.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number or time of the options is out of its range.</exception>
    public ResourcePool(ResourcePoolOptions<T> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfInvalid();
        _options = options;
        _clock = options.TimeProvider ?? Executor.Current?.TimeProvider ?? TimeProvider.System;
        _core = new ResourcePoolCore<T>(options);
        _timer = new ExpiryTimer(_clock, Expire);
        _handling = new ResourceHandling<T>(options, _core, _timer, _clock);
        LiveObjects.Add(this);
    }

    /// <summary>The name given in the options.</summary>
    public string Name => _options.Name;

    /// <summary>How many items there may be at this moment; see <see cref="Resize"/>.</summary>
    public int MaximumSize => _core.Look().MaximumSize;

    /// <summary>How many items are idle at this moment.</summary>
    public int Idle => _core.Look().Idle;

    /// <summary>How many items are leased, being made or being closed at this moment.</summary>
    public int InUse => _core.Look().InUse;

    /// <summary>How many acquisitions would not have to wait at this moment: idle items and free places. Negative as long as more are in use than a smaller pool allows.</summary>
    public int Free
    {
        get
        {
            var seen = Statistics;
            return seen.MaximumSize - seen.InUse;
        }
    }

    /// <summary>How many acquisitions wait at this moment.</summary>
    public int Waiting => _core.Look().Waiting;

    /// <summary>What the pool has done and is doing; a new snapshot on each call.</summary>
    public ResourcePoolStatistics Statistics => _core.Look();

    string ILiveObject.Kind => "pool";

    ILiveObject? ILiveObject.Parent => null;

    /// <summary>Makes items up to <see cref="ResourcePoolOptions{T}.MinimumSize"/>, one after the other.</summary>
    /// <param name="cancellationToken">Ends the preparation; the items that were made stay.</param>
    /// <exception cref="ResourceCreateTimeoutException">Making an item has taken too long (through the task).</exception>
    /// <exception cref="ObjectDisposedException">The pool was disposed (through the task).</exception>
    /// <remarks>What the factory throws comes out, and ends the preparation.</remarks>
    public async Task PrepareAsync(CancellationToken cancellationToken = default)
    {
        Volatile.Write(ref _isPrepared, 1);
        while (_core.TryTakePlaceForMinimum())
        {
            var item = await _handling.CreateAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
            await _handling.PutBackAsync(item).ConfigureAwait(Executor.Current is not null);
        }
    }

    /// <summary>Takes an idle item or makes one, waiting until there is one or room for one.</summary>
    /// <param name="cancellationToken">Ends the wait, or the making. If it is cancelled already, an item is taken only if one is idle.</param>
    /// <returns>The lease; disposing it returns the item.</returns>
    /// <exception cref="ResourceCreateTimeoutException">Making an item has taken too long (through the task).</exception>
    /// <exception cref="ObjectDisposedException">The pool was disposed (through the task).</exception>
    /// <remarks>What the factory throws comes out.</remarks>
    public async ValueTask<ResourceLease<T>> AcquireAsync(CancellationToken cancellationToken = default)
    {
        var item = await TakeAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
        while (item is not null && !await _handling.IsGoodAsync(item, cancellationToken).ConfigureAwait(Executor.Current is not null))
        {
            _core.BeginClosing();
            await _handling.CloseValueAsync(item).ConfigureAwait(Executor.Current is not null);
            item = await ExchangeAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
        }

        item ??= await _handling.CreateAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
        if (_options.MinimumSize > 0 && Interlocked.Exchange(ref _isPrepared, 1) == 0)
        {
            _ = PrepareBehindAsync();
        }

        return Lease(item);
    }

    /// <summary>Takes an idle item or makes one, within a time for both.</summary>
    /// <param name="timeout">Zero to take an item only if one is idle, more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait, or the making.</param>
    /// <exception cref="TimeoutException">There was no item in time (through the task); none was taken.</exception>
    /// <inheritdoc cref="AcquireAsync(CancellationToken)"/>
    public async ValueTask<ResourceLease<T>> AcquireAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        using var limit = new TimeLimit(timeout, _clock, cancellationToken);
        try
        {
            return await AcquireAsync(limit.Over).ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException cause) when (limit.Over.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var seen = Statistics;
            throw new TimeoutException(
                $"The pool '{Name}' had no item within {timeout}: {seen.InUse} of {seen.MaximumSize} are in use and {seen.Waiting} acquisitions wait. Return items sooner, or allow more of them.",
                cause);
        }
    }

    /// <summary>Takes an item if one is idle; makes none.</summary>
    /// <param name="lease">The lease; disposing it returns the item.</param>
    /// <returns>Whether an item was taken.</returns>
    /// <remarks>An item whose validation does not answer at once is passed over, and stays in the pool if it is good.</remarks>
    public bool TryAcquire([NotNullWhen(true)] out ResourceLease<T>? lease)
    {
        lease = null;
        for (var tries = Idle; tries > 0 && lease is null && TryTakeIdle() is { } item; tries--)
        {
            var good = _handling.IsGoodAsync(item, CancellationToken.None);
            if (!good.IsCompletedSuccessfully)
            {
                _ = SettleAsync(item, good);
            }
            else if (good.Result)
            {
                lease = Lease(item);
            }
            else
            {
                _ = _handling.DiscardAsync(item).AsTask();
            }
        }

        return lease is not null;
    }

    /// <summary>Allows another number of items: growing lets those who wait go on, shrinking closes idle items at once and leased ones on return.</summary>
    /// <param name="maximumSize">1 or more.</param>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public void Resize(int maximumSize)
    {
        ResourcePoolOptions<T>.CheckSize(Name, maximumSize, nameof(maximumSize));
        List<PooledItem<T>>? toClose = null;
        _core.Resize(maximumSize, ref toClose);
        _ = _handling.CloseAllAsync(toClose);
    }

    /// <summary>Closes all items that are idle; leased ones stay.</summary>
    /// <returns>Ends when they are closed.</returns>
    public Task ClearAsync()
    {
        List<PooledItem<T>>? toClose = null;
        _core.Clear(ref toClose);
        return _handling.CloseAllAsync(toClose);
    }

    /// <summary>Refuses those who wait and those who come, closes idle items, and cancels the making of others; completes when what was idle is closed.</summary>
    /// <remarks>Leased items are closed when they are returned, and items that are still being made when they come. A second call waits, too.</remarks>
    public async ValueTask DisposeAsync()
    {
        List<PooledItem<T>>? toClose = null;
        var isFirst = _core.Dispose(ref toClose);
        if (isFirst)
        {
            _timer.Dispose();
            _handling.Stop();
            LiveObjects.Remove(this);
        }

        await _handling.CloseAllAsync(toClose).ConfigureAwait(Executor.Current is not null);
        await _core.Drained.ConfigureAwait(Executor.Current is not null);
    }

    object IInterleaved.Resource => _core;

    void ILiveObject.Describe(LiveDetails details)
    {
        var seen = Statistics;
        details.Add("in-use", seen.InUse);
        details.Add("idle", seen.Idle);
        details.Add("maximum", seen.MaximumSize);
        details.Add("waiting", seen.Waiting);
    }

    private ResourceLease<T> Lease(PooledItem<T> item)
    {
        _core.CountAcquired();
        return new ResourceLease<T>(_handling, _options, item);
    }

    private ValueTask<PooledItem<T>?> TakeAsync(CancellationToken cancellationToken) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Acquire, _core, static (self, token) => self.TakeNowAsync(token), this, cancellationToken)
            : TakeNowAsync(cancellationToken);

    private ValueTask<PooledItem<T>?> TakeNowAsync(CancellationToken cancellationToken)
    {
        List<PooledItem<T>>? toClose = null;
        var taken = _core.TakeAsync(_timer.Now, ref toClose, cancellationToken);
        _ = _handling.CloseAllAsync(toClose);
        return taken;
    }

    private ValueTask<PooledItem<T>?> ExchangeAsync(CancellationToken cancellationToken)
    {
        List<PooledItem<T>>? toClose = null;
        var taken = _core.ExchangeAsync(_timer.Now, ref toClose, cancellationToken);
        _ = _handling.CloseAllAsync(toClose);
        return taken;
    }

    private PooledItem<T>? TryTakeIdle()
    {
        List<PooledItem<T>>? toClose = null;
        var item = _core.TryTakeIdle(_timer.Now, ref toClose);
        _ = _handling.CloseAllAsync(toClose);
        return item;
    }

    private TimeSpan Expire(TimeSpan now)
    {
        List<PooledItem<T>>? toClose = null;
        var next = _core.TakeExpired(now, ref toClose);
        _ = _handling.CloseAllAsync(toClose);
        return next;
    }

    private async Task SettleAsync(PooledItem<T> item, ValueTask<bool> good)
    {
        if (await good.ConfigureAwait(Executor.Current is not null))
        {
            await _handling.PutBackAsync(item).ConfigureAwait(Executor.Current is not null);
        }
        else
        {
            await _handling.DiscardAsync(item).ConfigureAwait(Executor.Current is not null);
        }
    }

    private async Task PrepareBehindAsync()
    {
        try
        {
            await PrepareAsync().ConfigureAwait(Executor.Current is not null);
        }
        catch (ObjectDisposedException) when (_core.IsDisposed)
        {
            // The pool has ended before its items were needed.
        }
        catch (Exception error)
        {
            PoolLog.CreateFailedUnawaited(_options.Logger, Name, error);
        }
    }
}
