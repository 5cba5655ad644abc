namespace Concurrency.Execution;

/// <summary>Decides, in a simulation, who goes first where real threads could overtake each other.</summary>
internal abstract class Interleaver
{
    /// <summary>Tells that the current actor is about to do an operation.</summary>
    /// <returns>Whether it may do it at once; otherwise it waits for its turn with <see cref="Suspend"/>.</returns>
    public abstract bool Arrive(OperationKind kind, object resource);

    /// <summary>Queues the current actor at the operation that was told last.</summary>
    public abstract void Suspend(Action continuation);

    /// <summary>Tells that the current actor did an operation that cannot wait for its turn.</summary>
    public abstract void Touch(OperationKind kind, object resource);

    /// <summary>Tells that the operation at which the current actor arrived looks at a token, and can be ended by it.</summary>
    public virtual void Watch(CancellationToken token)
    {
    }
}
