using System.Diagnostics.CodeAnalysis;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>The tokens of a map's source and items, and what their callbacks have thrown.</summary>
[SuppressMessage("Design", "CA1001", Justification =
    "The token sources have neither a timer nor a link, so there is nothing to release, and a late cancellation must find them alive.")]
internal sealed class MapCancellation
{
    private readonly QuietLock _gate = new();
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenSource _items = new();
    private readonly CancellationToken _caller;
    private readonly Action _cancelled;
    private readonly CancellationTokenRegistration _callerRegistration;
    private readonly CancellationTokenRegistration _poolRegistration;
    private List<Exception>? _failures;

    public MapCancellation(Action cancelled, WorkPool? pool, CancellationToken caller)
    {
        _cancelled = cancelled;
        _caller = caller;
        _callerRegistration = caller.UnsafeRegister(static self => ((MapCancellation)self!).Cancel(), this);
        // Only the items: results are still given out.
        _poolRegistration = pool?.Stopping.UnsafeRegister(static self => ((MapCancellation)self!).CancelItems(), this) ?? default;
    }

    /// <summary>Cancelled when nobody wants results any more.</summary>
    public CancellationToken Source => _source.Token;

    /// <summary>Cancelled then, and when the pool is stopped.</summary>
    public CancellationToken Items => _items.Token;

    public bool IsRequested => _source.IsCancellationRequested;

    /// <summary>Whether the caller has cancelled: true before anybody is told.</summary>
    public bool IsRequestedByCaller => _caller.IsCancellationRequested;

    /// <summary>Cancels both tokens.</summary>
    public void Cancel()
    {
        Keep(CallbackFailures.OfCancelling(_source));
        CancelItems();
        _cancelled();
    }

    /// <summary>Lets go of the caller's token and of the pool.</summary>
    public void Unregister()
    {
        _callerRegistration.Unregister();
        _poolRegistration.Unregister();
    }

    /// <summary>Throws what was kept: neither whoever cancelled nor the work that ran on could do anything about it.</summary>
    /// <param name="last">A failure of the source, to be thrown with it; null for none.</param>
    public void ThrowIfFailed(Exception? last)
    {
        List<Exception> failures;
        using (_gate.EnterScope())
        {
            failures = [.. _failures ?? []];
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(
                "Callbacks of a map's cancelled token failed; all of its work has ended.", last is null ? failures : [.. failures, last]);
        }
    }

    private void CancelItems() => Keep(CallbackFailures.OfCancelling(_items));

    private void Keep(IReadOnlyList<Exception> failures)
    {
        if (failures.Count > 0)
        {
            using var entered = _gate.EnterScope();
            (_failures ??= []).AddRange(failures);
        }
    }
}
