using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>The delayed work of one scope that has not ended.</summary>
internal sealed class ScopeDelays(TaskScope scope)
{
    private readonly QuietLock _gate = new();
    private HashSet<SpawnedWork>? _waiting;
    private string? _dropped;

    /// <summary>Lets work wait for its time, and makes it a child of the scope then.</summary>
    public SpawnedWork<T> Begin<T>(TimeSpan delay, TimeProvider clock, SpawnedWork<T> work, Executor? executor)
    {
        string? dropped;
        var timer = new LongTimer(delay, clock, () => OnDue(work, executor));
        // Before the scope knows the work: it may drop it from then on.
        work.Before = timer;
        work.Link(LetGo);
        using (_gate.EnterScope())
        {
            dropped = _dropped;
            if (dropped is null)
            {
                (_waiting ??= []).Add(work);
            }
        }

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
        using (_gate.EnterScope())
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
        using (_gate.EnterScope())
        {
            _waiting?.Remove(work);
        }
    }

    private void OnDue<T>(SpawnedWork<T> work, Executor? executor)
    {
        try
        {
            // Known to the scope until it has ended: the child may never come to call its delegate.
            var child = scope.Start(work.Name, token => RunAsync(work, token), executor);
            _ = child.ContinueWith(
                static (child, work) => OnChildEnded(child, (SpawnedWork)work!),
                work,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
        catch (Exception refused) when (refused is InvalidOperationException or TaskScopeCanceledException)
        {
            work.TryDrop(refused.Message);
        }
    }

    private static void OnChildEnded(Task child, SpawnedWork work)
    {
        if (work.State == SpawnedWorkState.Waiting)
        {
            // The scope has the failure as well: there it counts.
            work.TryDrop(child.Exception?.InnerException?.Message ?? "its executor stopped before it could start.");
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
