using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>The work of one scope that waits for its time.</summary>
internal sealed class ScopeDelays(TaskScope scope)
{
    private readonly Lock _gate = new();
    private HashSet<SpawnedWork>? _waiting;
    private string? _dropped;

    /// <summary>Lets work wait for its time, and makes it a child of the scope then.</summary>
    public SpawnedWork<T> Begin<T>(TimeSpan delay, TimeProvider clock, SpawnedWork<T> work, Executor? executor)
    {
        string? dropped;
        var timer = new SpawnTimer(delay, clock, () => OnDue(work, executor));
        lock (_gate)
        {
            dropped = _dropped;
            if (dropped is null)
            {
                (_waiting ??= []).Add(work);
            }
        }

        work.Before = timer;
        work.Link(LetGo);
        if (dropped is null)
        {
            timer.Start();
        }
        else
        {
            work.TryDrop(dropped);
        }

        return work;
    }

    /// <summary>Cancels what waits, and what comes: the scope is cancelled or has ended.</summary>
    public void Drop(string reason)
    {
        SpawnedWork[] waiting;
        lock (_gate)
        {
            _dropped ??= reason;
            waiting = [.. _waiting ?? []];
            _waiting = null;
        }

        foreach (var work in waiting)
        {
            work.TryDrop(reason);
        }
    }

    private void LetGo(SpawnedWork work)
    {
        lock (_gate)
        {
            _waiting?.Remove(work);
        }
    }

    private void OnDue<T>(SpawnedWork<T> work, Executor? executor)
    {
        LetGo(work);
        try
        {
            _ = scope.Start(work.Name, token => RunAsync(work, token), executor);
        }
        catch (Exception refused) when (refused is InvalidOperationException or TaskScopeCanceledException)
        {
            work.TryDrop(refused.Message);
        }
    }

    private static async Task RunAsync<T>(SpawnedWork<T> work, CancellationToken cancellationToken)
    {
        var link = cancellationToken.UnsafeRegister(static work => ((SpawnedWork)work!).CancelToken(), work);
        try
        {
            await work.RunInlineAsync().ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            link.Unregister();
        }

        // Work that was told to stop by its handle is no failure of the scope.
        if (work.State == SpawnedWorkState.Failed || (work.State == SpawnedWorkState.Cancelled && work.Reason is null))
        {
            await work.Task.ConfigureAwait(Executor.Current is not null);
        }
    }
}
