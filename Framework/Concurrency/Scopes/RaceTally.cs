using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Counts who has succeeded in a race, and ends it when it is decided.</summary>
internal sealed class RaceTally<T>(int needed, int attempts)
{
    private readonly QuietLock _gate = new();
    private readonly List<T> _results = new(needed);
    private readonly List<Exception> _failures = [];

    public Task StartAsync(TaskScope scope, Func<CancellationToken, Task<T>>[] all)
    {
        try
        {
            for (var i = 0; i < all.Length && !IsDecided(); i++)
            {
                var attempt = all[i];
                _ = scope.Start($"attempt {i + 1}", token => RunAsync(scope, attempt, token));
            }
        }
        catch (TaskScopeCanceledException) when (IsDecided())
        {
            // Those that were started before have decided it: the others are not needed.
        }

        return Task.CompletedTask;
    }

    public IReadOnlyList<T> Results(string name)
    {
        if (_results.Count < needed)
        {
            throw new AggregateException(
                $"In '{name}' {_results.Count} of {attempts} attempts succeeded, and {needed} had to.", _failures);
        }

        return _results;
    }

    private async Task RunAsync(TaskScope scope, Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        T result;
        try
        {
            result = await Given.Task(attempt(cancellationToken), "Race").ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // A loser of a race that is decided ends in silence; otherwise everybody was cancelled, and the scope says by whom.
            if (!IsDecided())
            {
                throw;
            }

            return;
        }
        catch (Exception error)
        {
            if (IsLostBy(error))
            {
                scope.Cancel($"too many attempts failed; the last: {error.Message}");
            }

            return;
        }

        if (IsWonBy(result))
        {
            scope.Cancel("the race is decided.");
        }
    }

    private bool IsDecided()
    {
        using (_gate.EnterScope())
        {
            return _results.Count >= needed || IsLost();
        }
    }

    private bool IsWonBy(T result)
    {
        using (_gate.EnterScope())
        {
            if (_results.Count < needed)
            {
                _results.Add(result);
            }

            return _results.Count == needed;
        }
    }

    private bool IsLostBy(Exception error)
    {
        using (_gate.EnterScope())
        {
            _failures.Add(error);
            return IsLost();
        }
    }

    private bool IsLost() => attempts - _failures.Count < needed;
}
