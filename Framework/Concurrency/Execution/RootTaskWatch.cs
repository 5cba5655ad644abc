namespace Concurrency.Execution;

/// <summary>Sees every root task from its creation to its end, while somebody wants a list of them.</summary>
/// <remarks>Members are called from any thread and must not throw. A task that was created before the watch began is not known to it.</remarks>
internal abstract class RootTaskWatch
{
    /// <summary>The watch of this process; null, the default, costs one read per task.</summary>
    public static RootTaskWatch? Current { get; set; }

    /// <summary>The task is about to be queued; called on the thread of its creator.</summary>
    public abstract void Created(IRootTask root, Executor executor);

    /// <summary>The first turn begins, on this thread and under the task's own context.</summary>
    /// <returns>What <see cref="Left"/> is to be given.</returns>
    public abstract object? Entered(IRootTask root);

    /// <summary>The first turn ends, on the same thread; the task may have ended with it.</summary>
    public abstract void Left(object? outer);

    /// <summary>The task is about to complete, or will never run.</summary>
    public abstract void Ended(IRootTask root);

    /// <summary>The stack that created the task, if it was recorded; to be asked before the task ends.</summary>
    public abstract string? CreationStackOf(IRootTask root);
}
