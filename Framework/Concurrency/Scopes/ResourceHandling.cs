using System.Diagnostics.CodeAnalysis;
using Concurrency.Execution;
using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

/// <summary>Calls the delegates of a <see cref="ResourcePool{T}"/>, each outside of any lock, and keeps the places right whatever they do.</summary>
[SuppressMessage("Design", "CA1001", Justification =
    "The token source has neither a timer nor a link, so there is nothing to release, and a late item must find it alive.")]
internal sealed class ResourceHandling<T>(ResourcePoolOptions<T> options, ResourcePoolCore<T> core, ExpiryTimer timer, TimeProvider clock)
{
    private readonly CancellationTokenSource _stopping = new();

    private ILogger Logger => options.Logger;

    /// <summary>Cancels the items that are being made.</summary>
    public void Stop()
    {
        try
        {
            _stopping.Cancel();
        }
        catch (AggregateException failures)
        {
            Logger.CancelFailed(options.Name, failures);
        }
    }

    /// <summary>Makes an item in a place that the caller has taken; the place is free again when no item could be made.</summary>
    /// <remarks>
    /// The caller is not held up by a factory that does not look at its token: its item goes to the pool whenever it comes.
    /// </remarks>
    public async ValueTask<PooledItem<T>> CreateAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested || core.IsDisposed)
        {
            core.GiveUpPlace();
            cancellationToken.ThrowIfCancellationRequested();
            throw core.Refusal;
        }

        var either = new LinkedCancellation(cancellationToken, _stopping.Token);
        using var limit = StartLimit(either);
        var making = MakeAsync(limit.Over);
        try
        {
            return await making.WaitAsync(limit.Over).ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException cause) when (limit.Over.IsCancellationRequested)
        {
            _ = AdoptAsync(making);
            cancellationToken.ThrowIfCancellationRequested();
            throw core.IsDisposed ? core.Refusal : new ResourceCreateTimeoutException(options.Name, options.CreateTimeout, cause);
        }
        finally
        {
            either.Unlink();
        }
    }

    private TimeLimit StartLimit(LinkedCancellation either)
    {
        try
        {
            return new TimeLimit(options.CreateTimeout, clock, either.Token, failures => Logger.CancelFailed(options.Name, failures));
        }
        catch
        {
            // The clock is anybody's, and the place is the pool's.
            either.Unlink();
            core.GiveUpPlace();
            throw;
        }
    }

    /// <summary>Asks whether an item is still good.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; the item is back in the pool.</exception>
    public async ValueTask<bool> IsGoodAsync(PooledItem<T> item, CancellationToken cancellationToken)
    {
        if (options.Validate is not { } validate)
        {
            return true;
        }

        try
        {
            return await validate(item.Value, cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await PutBackAsync(item).ConfigureAwait(Executor.Current is not null);
            throw;
        }
        catch (Exception error)
        {
            Logger.ValidateFailed(options.Name, error);
            return false;
        }
    }

    /// <summary>Makes an item ready for its next user and gives it back to the pool, or closes it.</summary>
    public async ValueTask ReturnAsync(PooledItem<T> item, Func<T, ValueTask>? reset)
    {
        if (reset is not null)
        {
            try
            {
                await reset(item.Value).ConfigureAwait(Executor.Current is not null);
            }
            catch (Exception error)
            {
                Logger.ResetFailed(options.Name, error);
                await DiscardAsync(item).ConfigureAwait(Executor.Current is not null);
                return;
            }
        }

        await PutBackAsync(item).ConfigureAwait(Executor.Current is not null);
    }

    /// <summary>Gives an item back to the pool, which may be closing it.</summary>
    public ValueTask PutBackAsync(PooledItem<T> item)
    {
        if (!core.TryReturn(item, timer.Now))
        {
            return CloseAsync(item);
        }

        timer.ArmFor(core.DueOf(item));
        return default;
    }

    /// <summary>Closes an item that is in use.</summary>
    public ValueTask DiscardAsync(PooledItem<T> item)
    {
        core.BeginClosing();
        return CloseAsync(item);
    }

    /// <summary>Closes items that the pool has set aside, and returns when all are closed; never fails.</summary>
    public async Task CloseAllAsync(List<PooledItem<T>>? items)
    {
        // One after the other would hold places for longer; and a WhenAll would leave the executor.
        foreach (var closing in items?.ConvertAll(item => CloseAsync(item).AsTask()) ?? [])
        {
            await closing.ConfigureAwait(Executor.Current is not null);
        }
    }

    /// <summary>Closes an item that the pool has set aside, and frees its place; never fails.</summary>
    public async ValueTask CloseAsync(PooledItem<T> item)
    {
        await CloseValueAsync(item).ConfigureAwait(Executor.Current is not null);
        core.EndClosing();
    }

    /// <summary>Closes an item and leaves its place taken; never fails.</summary>
    public async ValueTask CloseValueAsync(PooledItem<T> item)
    {
        try
        {
            if (options.Close is { } close)
            {
                await close(item.Value).ConfigureAwait(Executor.Current is not null);
            }
            else if (item.Value is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync().ConfigureAwait(Executor.Current is not null);
            }
            else if (item.Value is IDisposable disposable)
            {
                disposable.Dispose();
            }
        }
        catch (Exception error)
        {
            Logger.CloseFailed(options.Name, error);
        }
    }

    private async Task<PooledItem<T>> MakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var value = await options.Factory(cancellationToken).ConfigureAwait(Executor.Current is not null);
            core.CountCreated();
            return new PooledItem<T>(value, timer.Now);
        }
        catch
        {
            core.CountFailed();
            core.GiveUpPlace();
            throw;
        }
    }

    /// <summary>Sees to an item that whoever asked for it does not wait for any more.</summary>
    private async Task AdoptAsync(Task<PooledItem<T>> making)
    {
        try
        {
            var item = await making.ConfigureAwait(Executor.Current is not null);
            await PutBackAsync(item).ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException)
        {
            // That is what the factory was asked to do.
        }
        catch (Exception error)
        {
            Logger.CreateFailedUnawaited(options.Name, error);
        }
    }
}
