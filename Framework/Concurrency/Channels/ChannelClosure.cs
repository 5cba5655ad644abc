using System.Threading.Channels;

namespace Concurrency.Channels;

/// <summary>Why a channel takes no more items.</summary>
internal class ChannelClosure(Exception? error)
{
    /// <summary>What the writer gave to <c>Complete</c>, or null for an ordinary end.</summary>
    public Exception? Error { get; } = error;

    /// <summary>What a read or a write gets that can no longer succeed.</summary>
    public Exception ToReadOrWriteError() => Error switch
    {
        OperationCanceledException cancelled => cancelled,
        _ => ToClosedError(),
    };

    private protected virtual ChannelClosedException ToClosedError() =>
        Error is null ? new ChannelClosedException() : new ChannelClosedException(Error);

    /// <summary>A task that has failed with <see cref="ToReadOrWriteError"/>.</summary>
    public ValueTask<TResult> ToFailedRead<TResult>() =>
        CancelledBy is { } token ? ValueTask.FromCanceled<TResult>(token) : ValueTask.FromException<TResult>(ToReadOrWriteError());

    /// <inheritdoc cref="ToFailedRead"/>
    public ValueTask ToFailedWrite() =>
        CancelledBy is { } token ? ValueTask.FromCanceled(token) : ValueTask.FromException(ToReadOrWriteError());

    /// <summary>What a wait gets that will never see an item, or room, again: false, or the error.</summary>
    public ValueTask<bool> ToEndOfWaiting() => Error is null ? new ValueTask<bool>(false) : ValueTask.FromException<bool>(Error);

    private CancellationToken? CancelledBy => Error is not OperationCanceledException cancelled
        ? null
        : cancelled.CancellationToken.IsCancellationRequested ? cancelled.CancellationToken : new CancellationToken(canceled: true);
}
