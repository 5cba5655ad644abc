using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Reads results in the order in which work was spawned; a failure is thrown in its place and the next call goes on.</summary>
/// <remarks>A class and not an iterator method: an iterator that has thrown is over.</remarks>
internal sealed class PileEnumerator<T, TShown>(
    PileLine<T> line, Func<TaskOutcome<T>, TShown> show, Action release, CancellationToken cancellationToken)
    : IAsyncEnumerator<TShown>
{
    private bool _disposed;

    public TShown Current { get; private set; } = default!;

    public async ValueTask<bool> MoveNextAsync()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_disposed)
        {
            return false;
        }

        PilePlace<T>? first;
        while (line.TryPeek(out first) is { } wait)
        {
            await WaitForAsync(wait).ConfigureAwait(Executor.Current is not null);
        }

        if (first?.Work is not { } work)
        {
            return false;
        }

        // Taken out when it has ended: a reader that gives up while it waits leaves the result to the next.
        await WaitForAsync(work).ConfigureAwait(Executor.Current is not null);
        line.Leave(first);
        Current = show(await TaskOutcome<T>.OfAsync(work.Task).ConfigureAwait(Executor.Current is not null));
        return true;
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

    private async Task WaitForAsync(SpawnedWork<T> work)
    {
        if (work.Task.IsCompleted)
        {
            return;
        }

        var ended = new TaskCompletionSource(Interleaving.CompletionOptions);
        Action<SpawnedWork> link = _ => ended.TrySetResult();
        work.Link(link);
        try
        {
            await WaitForAsync(ended).ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            work.Unlink(link);
        }
    }

    private async Task WaitForAsync(TaskCompletionSource wait)
    {
        var registration = cancellationToken.UnsafeRegister(
            static (wait, token) => ((TaskCompletionSource)wait!).TrySetCanceled(token), wait);
        try
        {
            await wait.Task.ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            registration.Unregister();
        }
    }
}
