using Concurrency.Testing.Choices;

namespace Concurrency.Testing.Reports;

/// <summary>What the schedules of an exploration came past.</summary>
public sealed record SimulationCoverage
{
    /// <summary>How many choices of each kind were made.</summary>
    public required IReadOnlyDictionary<ChoiceKind, long> Choices { get; init; }

    /// <summary>How often selects took each of their cases: <c>select: case 1 of 2</c>, with its name for a select that has one.</summary>
    public required IReadOnlyDictionary<string, long> SelectCases { get; init; }

    /// <summary>How often each fault, and each labelled <c>Sim.Maybe</c>, happened.</summary>
    public required IReadOnlyDictionary<string, long> Faults { get; init; }

    /// <summary>In how many schedules each <c>Sim.Sometimes</c> was reached; 0 for never.</summary>
    public required IReadOnlyDictionary<string, int> Sometimes { get; init; }
}
