namespace Concurrency.Executors;

/// <summary>The failure of a task that nobody awaits.</summary>
/// <param name="Name">The name of the work: the one that was given, or the method's.</param>
/// <param name="Executor">The name of the executor that ran it; null if it was none of ours.</param>
/// <param name="Error">What it threw.</param>
/// <param name="CreatedAt">Where it was started: a stack if <see cref="TaskTracking"/> records them, file and line of <see cref="TaskForgetExtensions"/>; else null.</param>
public sealed record TaskFailure(string Name, string? Executor, Exception Error, string? CreatedAt);
