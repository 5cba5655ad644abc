using Concurrency.Execution;

namespace Concurrency.Testing.Engine;

internal sealed partial class World
{
    private static readonly TimeSpan s_escapeWait = TimeSpan.FromSeconds(3);

    private readonly object _escapeGate = new();

    private string? _escape;

    /// <summary>Whether a schedule in which nobody waits for anything of the simulation waits a moment for other threads, before it is called a deadlock.</summary>
    public bool WaitsForEscapes { get; set; }

    /// <summary>Work came from another thread.</summary>
    public void Escaped(Executor executor)
    {
        lock (_escapeGate)
        {
            _escape ??= $"Something left the simulation: thread {Environment.CurrentManagedThreadId}{(Thread.CurrentThread.IsThreadPoolThread ? " of the pool" : "")} queued work to '{executor.Name}'. " +
                "Await only what the simulation completes, take the clock of the executor, or use the captured mode.\n" + Environment.StackTrace;
            Monitor.PulseAll(_escapeGate);
        }
    }

    /// <summary>Nothing can go on, and nobody waits for anything of the simulation: gives other threads a moment to come back.</summary>
    public void AwaitEscapes()
    {
        if (_pool is null && WaitsForEscapes && Failure is null && _actors.TrueForAll(static actor => actor.Waits.Count == 0))
        {
            lock (_escapeGate)
            {
                if (_escape is null)
                {
                    Monitor.Wait(_escapeGate, s_escapeWait);
                }
            }
        }
    }

    /// <summary>Fails the schedule if something escaped since the last look.</summary>
    public void LookForEscapes()
    {
        lock (_escapeGate)
        {
            if (_escape is { } escape)
            {
                Fail(SimulationFailureKind.Escape, escape);
            }
        }
    }

    /// <summary>A piece of work failed, and nobody looked at it until its executor ended.</summary>
    public void OnUnseen(RootFailure failure) =>
        Fail(SimulationFailureKind.UnobservedFailure, $"'{Descriptions.NameOf(failure.Root)}' failed and nobody looked. Await it. {failure.Error}", failure.Error);
}
