using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>A wait in one of a channel's queues that ends with a result.</summary>
internal abstract class ChannelWaiter<TResult>(WaiterOwner owner) : Waiter<TResult>
{
    private protected sealed override bool TryWithdraw() => owner.TryWithdraw(this);

    private protected sealed override void AfterWithdrawal() => owner.AfterWithdrawal();
}

/// <summary>A pending <c>ReadAsync</c>: a writer hands it an item.</summary>
internal sealed class ReadWaiter<T>(ChannelCore<T> core) : ChannelWaiter<T>(core)
{
    private protected override void Recycle() => core.ReadWaiters.Return(this);
}

/// <summary>A pending <c>WaitToReadAsync</c> or <c>WaitToWriteAsync</c>.</summary>
internal sealed class ReadinessWaiter<T>(ChannelCore<T> core) : ChannelWaiter<bool>(core)
{
    private protected override void Recycle() => core.ReadinessWaiters.Return(this);
}

/// <summary>A pending <c>WriteAsync</c> with its item, which is not in the channel yet.</summary>
internal class WriteWaiter<T>(ChannelCore<T> core) : ChannelWaiter<bool>(core)
{
    internal T Item { get; set; } = default!;

    private protected override void Recycle()
    {
        Item = default!;
        core.WriteWaiters.Return(this);
    }
}

/// <summary>A pending <c>WriteAsync</c> to a conflating channel.</summary>
internal sealed class ConflatingWriteWaiter<T, TKey>(ChannelCore<T> core) : WriteWaiter<T>(core)
    where TKey : notnull
{
    internal TKey Key { get; set; } = default!;

    private protected override void Recycle()
    {
        Key = default!;
        base.Recycle();
    }
}

/// <summary>A pending <c>WriteAsync</c> to a channel with priorities.</summary>
internal sealed class PrioritizedWriteWaiter<T, TPriority>(ChannelCore<T> core) : WriteWaiter<T>(core)
{
    internal TPriority Priority { get; set; } = default!;

    private protected override void Recycle()
    {
        Priority = default!;
        base.Recycle();
    }
}
