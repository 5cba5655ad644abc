namespace Concurrency.Executors;

/// <summary>New work of a pool waits although its time is long over, and who holds the threads.</summary>
public sealed record StarvationReport
{
    /// <summary>The pool.</summary>
    public required PoolExecutor Executor { get; init; }

    /// <summary>How long the sampled piece of new work had waited, and still did.</summary>
    public required TimeSpan Waited { get; init; }

    /// <summary>How many callbacks were queued.</summary>
    public required int Queued { get; init; }

    /// <summary>The threads that ran a turn, the longest first.</summary>
    public required IReadOnlyList<BusyThread> Busy { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"New work of the {Executor} has waited {Waited}:\n{Describe()}";

    internal string Describe() => string.Join('\n', Busy.Select(static thread => $"   {thread}"));
}
