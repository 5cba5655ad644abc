using Concurrency.Testing.Engine;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing.Tests.Kernels;

/// <summary>A row of the table of kernels, and how it is explored.</summary>
internal sealed record KernelEntry(string Name, KernelSymptom Symptom, Func<Sim, bool, Kernel> Create)
{
    /// <summary>Within how many schedules it must be found.</summary>
    public int Bound { get; init; } = 1000;

    public bool IsSymptom(SimulationFailureKind kind) => kind switch
    {
        SimulationFailureKind.Deadlock or SimulationFailureKind.BlockedAtEnd or SimulationFailureKind.RunsAfterEnd => Symptom == KernelSymptom.Hangs,
        SimulationFailureKind.LockOrder => Symptom == KernelSymptom.Hangs,
        SimulationFailureKind.BodyFailed or SimulationFailureKind.UnobservedFailure => Symptom == KernelSymptom.Fails,
        SimulationFailureKind.DataRace => true,
        _ => false,
    };

    public SimulationReport Explore(bool isFixed, SimulationStrategy strategy, ulong seed, int schedules) => Simulation.Explore(
        sim => Create(sim, isFixed).RunAsync(),
        new SimulationOptions { Strategy = strategy, Seed = seed, Schedules = schedules });
}
