namespace Concurrency.Execution;

/// <summary>Says how an <see cref="Executor"/> runs the work that it is given.</summary>
public enum ExecutorKind
{
    /// <summary>One thread that the executor shares with many components: turns never overlap and must not block.</summary>
    Cooperative,

    /// <summary>One thread of its own: turns never overlap and may block.</summary>
    DedicatedThread,

    /// <summary>A bounded set of threads of its own: turns overlap and may block.</summary>
    Pool,

    /// <summary>The caller's thread: work has run when the call returns.</summary>
    Inline,

    /// <summary>A deterministic schedule under a virtual clock; see <c>Concurrency.Testing</c>.</summary>
    Simulated,
}
