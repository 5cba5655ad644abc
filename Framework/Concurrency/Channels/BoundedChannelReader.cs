using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>The reading end of a <see cref="BoundedChannel{T}"/>.</summary>
[DebuggerDisplay("Items = {Count}")]
internal sealed class BoundedChannelReader<T>(ChannelCore<T> core) : ChannelReader<T>, IInterleaved
{
    object IInterleaved.Resource => core;

    internal ChannelCore<T> Core => core;

    public override Task Completion
    {
        get
        {
            Interleaving.Touch(OperationKind.Read, core);
            return core.Ending.Completion;
        }
    }

    public override bool CanCount => true;

    public override bool CanPeek => true;

    public override int Count
    {
        get
        {
            Interleaving.Touch(OperationKind.Read, core);
            return core.Items.SeenCount;
        }
    }

    public override bool TryRead([MaybeNullWhen(false)] out T item)
    {
        Interleaving.Touch(OperationKind.Receive, core);
        if (core.SeemsEmpty)
        {
            item = default;
            return false;
        }

        var after = default(AfterGate);
        bool taken;
        core.Enter();
        try
        {
            taken = core.TakeLocked(out item, ref after);
        }
        finally
        {
            core.Exit();
        }

        core.Finish(ref after);
        return taken;
    }

    public override bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        Interleaving.Touch(OperationKind.Read, core);
        core.Enter();
        try
        {
            return core.TryPeekLocked(out item!);
        }
        finally
        {
            core.Exit();
        }
    }

    public override ValueTask<T> ReadAsync(CancellationToken cancellationToken = default) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Receive, core, static (self, token) => self.TakeAsync(token), this, cancellationToken)
            : TakeAsync(cancellationToken);

    private ValueTask<T> TakeAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }

        var after = default(AfterGate);
        ReadWaiter<T>? waiter = null;
        ChannelClosure? closure = null;
        T? item;
        core.Enter();
        try
        {
            if (!core.TakeLocked(out item, ref after))
            {
                closure = core.Closure;
                waiter = closure is null ? core.WaitForItemLocked(ref after) : null;
            }
        }
        finally
        {
            core.Exit();
        }

        core.Finish(ref after);
        if (waiter is null)
        {
            return closure is null ? new ValueTask<T>(item) : closure.ToFailedRead<T>();
        }

        waiter.CancelWith(cancellationToken);
        return waiter.Pending;
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Wait, core, static (self, token) => self.WaitForItemAsync(token), this, cancellationToken)
            : WaitForItemAsync(cancellationToken);

    private ValueTask<bool> WaitForItemAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        if (core.Items.SeenCount != 0)
        {
            return new ValueTask<bool>(true);
        }

        ReadinessWaiter<T> waiter;
        core.Enter();
        try
        {
            if (core.HasReadableLocked)
            {
                return new ValueTask<bool>(true);
            }

            if (core.Closure is { } closure)
            {
                return closure.ToEndOfWaiting();
            }

            waiter = core.WaitForReadinessLocked(core.ReadWaits);
        }
        finally
        {
            core.Exit();
        }

        waiter.CancelWith(cancellationToken);
        return waiter.Pending;
    }

    /// <summary>Takes as many items as there are and as fit, under one gate.</summary>
    internal int TryReadMany(Span<T> destination)
    {
        Interleaving.Touch(OperationKind.Receive, core);
        if (core.SeemsEmpty)
        {
            return 0;
        }

        var after = default(AfterGate);
        int taken;
        core.Enter();
        try
        {
            taken = core.TakeManyLocked(destination, ref after);
        }
        finally
        {
            core.Exit();
        }

        core.Finish(ref after);
        return taken;
    }

    public override async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await WaitToReadAsync(cancellationToken).ConfigureAwait(Executor.Current is not null))
        {
            while (TryRead(out var item))
            {
                yield return item;
            }
        }
    }
}
