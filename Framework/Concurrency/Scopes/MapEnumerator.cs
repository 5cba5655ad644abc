using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Shows the results of a map to whoever enumerates them; a failure is thrown in its place and the next call goes on.</summary>
/// <remarks>A class and not an iterator method: an iterator that has thrown is over.</remarks>
internal sealed class MapEnumerator<TItem, TResult, TShown>(
    Func<CancellationToken, IAsyncEnumerator<TItem>> source,
    Func<TItem, CancellationToken, Task<TResult>> work,
    MapOptions options,
    Func<TaskOutcome<TResult>, TShown> show,
    CancellationToken cancellationToken) : IAsyncEnumerator<TShown>
{
    private MapRun<TItem, TResult>? _run;
    private bool _disposed;

    public TShown Current { get; private set; } = default!;

    public async ValueTask<bool> MoveNextAsync()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_disposed)
        {
            return false;
        }

        if (_run is null)
        {
            var run = new MapRun<TItem, TResult>(work, options, cancellationToken);
            run.Start(source);
            // Not before: a run that could not start has nothing that could be taken or stopped.
            _run = run;
        }

        while (true)
        {
            var wait = _run.TryTake(out var outcome);
            if (wait is null)
            {
                if (outcome is not { } taken)
                {
                    return false;
                }

                Current = show(taken);
                return true;
            }

            await wait.ConfigureAwait(Executor.Current is not null);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return default;
        }

        _disposed = true;
        return _run is null ? default : new ValueTask(_run.StopAsync());
    }
}
