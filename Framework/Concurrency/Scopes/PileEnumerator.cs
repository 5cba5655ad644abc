using System.Threading.Channels;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Reads results in the order in which work was spawned; a failure is thrown in its place and the next call goes on.</summary>
/// <remarks>A class and not an iterator method: an iterator that has thrown is over.</remarks>
internal sealed class PileEnumerator<T, TShown>(
    ChannelReader<SpawnedWork<T>> spawned, Func<TaskOutcome<T>, TShown> show, Action release, CancellationToken cancellationToken)
    : IAsyncEnumerator<TShown>
{
    private bool _disposed;

    public TShown Current { get; private set; } = default!;

    public async ValueTask<bool> MoveNextAsync()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_disposed || !await spawned.WaitToReadAsync(cancellationToken).ConfigureAwait(Executor.Current is not null))
        {
            return false;
        }

        // Taken out when it has ended: a reader that gives up while it waits leaves the result to the next.
        if (!spawned.TryPeek(out var next))
        {
            return false;
        }

        await WaitForAsync(next).ConfigureAwait(Executor.Current is not null);
        spawned.TryRead(out _);
        Current = show(await TaskOutcome<T>.OfAsync(next.Task).ConfigureAwait(Executor.Current is not null));
        return true;
    }

    private async Task WaitForAsync(SpawnedWork<T> work)
    {
        if (work.Task.IsCompleted)
        {
            return;
        }

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Action<SpawnedWork> link = _ => ended.TrySetResult();
        work.Link(link);
        var registration = cancellationToken.UnsafeRegister((_, token) => ended.TrySetCanceled(token), null);
        try
        {
            await ended.Task.ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            registration.Unregister();
            work.Unlink(link);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            release();
        }

        return default;
    }
}
