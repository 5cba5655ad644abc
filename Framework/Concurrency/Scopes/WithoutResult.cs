using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Makes work that has no result into work that has one, so that both run in the same way.</summary>
internal static class WithoutResult
{
    public static Func<CancellationToken, Task<bool>> Of(Func<CancellationToken, Task> work) => async cancellationToken =>
    {
        await Given.Task(work(cancellationToken), "SpawnAsync").ConfigureAwait(Executor.Current is not null);
        return true;
    };
}
