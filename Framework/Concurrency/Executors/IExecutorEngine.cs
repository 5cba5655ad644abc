namespace Concurrency.Executors;

/// <summary>What <see cref="ExecutorLifetime"/> needs of the machinery that runs the turns.</summary>
internal interface IExecutorEngine
{
    /// <summary>Refuses new work; when this returns, every root that was accepted is visible to the engine.</summary>
    void CloseRoots();

    /// <summary>Asks the engine to look at the phase and the work in flight again, soon and on a thread of its own.</summary>
    void Attend();
}
