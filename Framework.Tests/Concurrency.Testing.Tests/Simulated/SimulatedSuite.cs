using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Sources;
using Concurrency.TestSupport;

namespace Concurrency.Testing.Tests.Simulated;

/// <summary>The suite of all sources, with the executors and the clock of a simulation.</summary>
/// <remarks>Not public: xunit does not find it by itself, and <see cref="SuiteInSimulation"/> runs its tests.</remarks>
internal abstract class SimulatedSuite<T>(Sim sim, ExecutorKind kind) : SourceConformance<T>
    where T : ISourceEvent
{
    private int _executors;

    protected Sim Sim => sim;

    protected override ExecutorKind Kind => kind;

    protected override TimeProvider Clock => sim.Clock;

    protected override Executor MakeExecutor() => sim.Executors.CreateExclusive(
        $"test {++_executors}",
        ExecutorSpec.Parse(kind switch
        {
            ExecutorKind.Cooperative => "cooperative",
            ExecutorKind.DedicatedThread => "thread",
            _ => "pool:4",
        }));

    protected override Task Parallel(Func<Task> work) => sim.Executor.RunAsync(_ => work());
}
