using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

/// <summary>Answers for work that is in no pool: a failure at which nobody looks when it happens is logged.</summary>
internal sealed class UnwatchedOwner(ILogger logger) : IWorkOwner
{
    public WorkPool? Pool => null;

    public void OnEnded(SpawnedWork work)
    {
        // There is no slot to give back.
    }

    public void OnSettled(SpawnedWork work)
    {
        if (work is { State: SpawnedWorkState.Failed, IsWatched: false } && work.Failure is { } error)
        {
            Report(work, error, "Work that nobody waits for");
        }
    }

    public void Report(SpawnedWork work, Exception error, string what) => logger.WorkFailed(what, work.Name, error);
}
