namespace Concurrency.Executors;

/// <summary>What <see cref="ExecutorLifetime"/> needs of the machinery that runs the turns.</summary>
internal interface IExecutorEngine
{
    /// <summary>Refuses new work; when this returns, every root that was accepted is visible to the engine.</summary>
    /// <remarks>Called under the gate of the lifetime: it calls no foreign code.</remarks>
    void CloseRoots();

    /// <summary>Tells those who wait for a place that there will be none; called after <see cref="CloseRoots"/>, without a lock.</summary>
    void RefuseWaiters();

    /// <summary>Asks the engine to look at the phase and the work in flight again, soon and on a thread of its own.</summary>
    void Attend();
}
