using System.Threading.Channels;

namespace Concurrency.Channels;

/// <summary>One reader of a select and what its items are turned into.</summary>
internal abstract class SelectCase<TResult>
{
    /// <summary>Whether the reader is one of our channels, so that the case can wait in its queue.</summary>
    public abstract bool IsOwn { get; }

    /// <summary>Whether the reader has completed and holds nothing; only ever goes from false to true.</summary>
    public bool IsCompleted { get; protected set; }

    /// <summary>Takes an item if there is one, to be fetched with <see cref="Convert"/>.</summary>
    public abstract bool TryTake();

    /// <summary>Turns the taken item into the result; this is user code.</summary>
    public abstract TResult Convert();

    public abstract SelectEntry Enter(SelectWaiter select);

    public abstract void Leave();

    /// <summary>Waits until there is something to read; notes a completion.</summary>
    /// <exception cref="ChannelClosedException">The reader has failed.</exception>
    public abstract Task WaitAsync(CancellationToken cancellationToken);
}
