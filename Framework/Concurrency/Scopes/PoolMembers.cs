using Concurrency.Execution;
using Concurrency.Executors;
using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

/// <summary>The work of one pool, and the failures that nobody has seen.</summary>
internal sealed class PoolMembers(WorkPool pool, WorkPoolOptions options) : IWorkOwner
{
    /// <summary>Failed work at which nobody has looked yet; more of it is reported without waiting for the end of the pool.</summary>
    private const int UnseenLimit = 256;

    private readonly QuietLock _gate = new();
    private readonly HashSet<SpawnedWork> _live = [];
    private readonly Queue<SpawnedWork> _unseen = [];
    private readonly ILogger? _logger = options.OnFailure is not null && options.Logger is LastResortLogger ? null : options.Logger;
    private long _failures;
    private bool _shut;

    public WorkPool? Pool => pool;

    public long Failures => Volatile.Read(ref _failures);

    /// <summary>Adds work that has not started.</summary>
    /// <exception cref="WorkStoppedException">The pool is stopped.</exception>
    public void Add(SpawnedWork work)
    {
        using var entered = _gate.EnterScope();
        if (_shut)
        {
            throw pool.Refusal(work.Name);
        }

        _live.Add(work);
    }

    /// <summary>Refuses work from now on.</summary>
    /// <returns>The work there is.</returns>
    public SpawnedWork[] Shut()
    {
        using var entered = _gate.EnterScope();
        _shut = true;
        return [.. _live];
    }

    /// <summary>The work there is at this moment.</summary>
    public SpawnedWork[] Live(int atMost)
    {
        using var entered = _gate.EnterScope();
        return [.. _live.Take(atMost)];
    }

    public void OnEnded(SpawnedWork work)
    {
        using (_gate.EnterScope())
        {
            _live.Remove(work);
        }

        if (work.HasSlot)
        {
            pool.Slots.Give();
        }
    }

    public void OnSettled(SpawnedWork work)
    {
        if (work.IsLaunched)
        {
            if (work.Failure is { } failure)
            {
                Report(work, failure, "The work");
            }
        }
        else if (work is { State: SpawnedWorkState.Failed, IsWatched: false })
        {
            KeepUnseen(work);
        }

        if (work.IsOpen)
        {
            pool.Slots.Close();
        }
    }

    /// <summary>Gives back what work holds that will not start.</summary>
    public void GiveBack(SpawnedWork work)
    {
        if (work.HasSlot)
        {
            pool.Slots.GiveUnused();
        }
        else
        {
            pool.Slots.Close();
        }
    }

    public void Report(SpawnedWork work, Exception error, string what)
    {
        Interlocked.Increment(ref _failures);
        _logger?.PoolWorkFailed(what, work.Name, pool.Name, error);
        try
        {
            options.OnFailure?.Invoke(new WorkFailure(pool.Name, work.Name, error));
        }
        catch (Exception failed)
        {
            options.Logger.PoolWorkFailed("The failure callback for", work.Name, pool.Name, failed);
        }
    }

    /// <summary>The pool has ended: failures at which nobody has looked by now are reported.</summary>
    public void ReportUnseen()
    {
        SpawnedWork[] unseen;
        using (_gate.EnterScope())
        {
            unseen = [.. _unseen];
            _unseen.Clear();
        }

        foreach (var work in unseen)
        {
            ReportIfUnseen(work);
        }
    }

    private void KeepUnseen(SpawnedWork work)
    {
        SpawnedWork? oldest = null;
        using (_gate.EnterScope())
        {
            while (_unseen.TryPeek(out var first) && first.IsWatched)
            {
                _unseen.Dequeue();
            }

            if (_unseen.Count == UnseenLimit)
            {
                oldest = _unseen.Dequeue();
            }

            _unseen.Enqueue(work);
        }

        if (oldest is not null)
        {
            ReportIfUnseen(oldest);
        }
    }

    private void ReportIfUnseen(SpawnedWork work)
    {
        if (!work.IsWatched && work.Failure is { } error)
        {
            Report(work, error, "The work");
        }
    }
}
