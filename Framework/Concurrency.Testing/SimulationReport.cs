namespace Concurrency.Testing;

/// <summary>What an exploration came to.</summary>
public sealed record SimulationReport
{
    /// <summary>How many schedules were run.</summary>
    public required int Schedules { get; init; }

    /// <summary>The steps of all schedules together.</summary>
    public required long Steps { get; init; }

    /// <summary>A number that depends on every choice of every schedule: equal for equal seeds, on every machine.</summary>
    public required ulong Hash { get; init; }

    /// <summary>Whether every schedule that the strategy knows has been run.</summary>
    public bool IsExhaustive { get; init; }

    /// <summary>The first failure, or null.</summary>
    public SimulationFailure? Failure { get; init; }

    /// <summary>What <c>Sim.Sometimes</c> demanded and no schedule reached.</summary>
    public IReadOnlyList<string> NeverReached { get; init; } = [];

    /// <summary>Throws if a schedule failed, or if something that must be reached sometimes never was.</summary>
    /// <exception cref="SimulationFailedException">It did.</exception>
    public void ThrowIfFailed()
    {
        if (Failure is { } failure)
        {
            throw new SimulationFailedException(this, failure);
        }

        if (NeverReached.Count > 0)
        {
            throw new SimulationFailedException(this);
        }
    }
}
