namespace Concurrency.Execution;

/// <summary>Tells an <see cref="Executor"/> whether work is new to it or continues what it has already admitted.</summary>
public enum WorkKind
{
    /// <summary>New work: it counts against the executor's queue limit and is refused once the executor stops.</summary>
    Root,

    /// <summary>The rest of admitted work after an <c>await</c>: it is always accepted, or what was admitted would hang.</summary>
    Continuation,
}
