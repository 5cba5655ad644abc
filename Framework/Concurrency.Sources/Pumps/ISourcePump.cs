using Concurrency.Execution;

namespace Concurrency.Sources.Pumps;

/// <summary>The part of a source that differs from kind to kind; <see cref="SourceRun{T}"/> gives it its life cycle.</summary>
internal interface ISourcePump
{
    /// <summary>Runs on the caller of <c>StartAsync</c>, before the pump: for what must be in place at once.</summary>
    void Begin(Executor executor);

    /// <summary>Observes and publishes on the executor until stopping or aborting is asked for.</summary>
    Task RunAsync();

    /// <summary>Ends the observation: nothing new is observed after it returned. Any thread, any number of times.</summary>
    void Cease();

    /// <summary>Drops what was observed and not published, after the pump has ended, and says how many events that were.</summary>
    long Abandon();
}
