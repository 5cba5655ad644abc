using Concurrency.Testing.Choices;

namespace Concurrency.Testing.Traces;

/// <summary>The choices of one schedule, with which it runs again bit for bit.</summary>
public sealed class SimulationTrace
{
    internal SimulationTrace(ulong seed, string strategy, IReadOnlyList<Choice> choices)
    {
        Seed = seed;
        Strategy = strategy;
        Choices = choices;
    }

    /// <summary>The seed of the schedule: it also fixes the time that steps take.</summary>
    public ulong Seed { get; }

    /// <summary>The strategy that made the choices.</summary>
    public string Strategy { get; }

    /// <summary>The choices, in their order.</summary>
    public IReadOnlyList<Choice> Choices { get; }
}
