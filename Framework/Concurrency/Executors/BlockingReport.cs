using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>One blocking wait that was seen on a thread of an executor.</summary>
public sealed record BlockingReport
{
    /// <summary>The executor whose turn blocked.</summary>
    public required Executor Executor { get; init; }

    /// <summary>What kind of wait it was.</summary>
    public required BlockingWaitKind Kind { get; init; }

    /// <summary>The .NET member that blocked, for example <c>Task.Wait</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The first frame of the stack that is not .NET's own, with file and line if symbols are there.</summary>
    public required string CallSite { get; init; }

    /// <summary>The stack from the call site outwards to where the executor began the turn, one frame a line.</summary>
    public required string Stack { get; init; }

    /// <summary>The managed thread id of the blocked thread.</summary>
    public required int ThreadId { get; init; }

    /// <summary>How often this call site has blocked so far, this time included; not each of them was reported.</summary>
    public required long Occurrences { get; init; }
}
