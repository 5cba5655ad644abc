namespace Concurrency.Execution;

/// <summary>A root task that failed, in case nobody ever looks.</summary>
/// <param name="Root">The task.</param>
/// <param name="Error">What its work threw.</param>
/// <param name="CreationStack">Where it was created, if that was recorded.</param>
internal sealed record RootFailure(IRootTask Root, Exception Error, string? CreationStack);
