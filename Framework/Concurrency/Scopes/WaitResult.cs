namespace Concurrency.Scopes;

/// <summary>Which tasks had ended when a wait ended, and which had not; each in the order in which they were given.</summary>
/// <typeparam name="TTask">The tasks.</typeparam>
/// <param name="Done">Have ended, in whatever way.</param>
/// <param name="Pending">Still run: a wait neither cancels nor abandons them.</param>
public sealed record WaitResult<TTask>(IReadOnlyList<TTask> Done, IReadOnlyList<TTask> Pending)
    where TTask : Task;
