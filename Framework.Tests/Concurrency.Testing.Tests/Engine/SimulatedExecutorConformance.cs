using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Testing.Engine;
using Concurrency.Tests.Executors;

namespace Concurrency.Testing.Tests.Engine;

public sealed class SimulatedLoopConformance : ExecutorConformance
{
    protected override bool HasContexts => true;

    // Its timers are kept by the clock that it was given, and run as its turns.
    protected override bool OwnsTimers => false;

    protected override Executor Create(ExecutorOptions? common = null) => SimulatedKinds.Start(common, ExecutorKind.Cooperative, 1);
}

public sealed class SimulatedPoolOfOneConformance : ExecutorConformance
{
    protected override bool HasContexts => true;

    protected override bool OwnsTimers => false;

    protected override Executor Create(ExecutorOptions? common = null) => SimulatedKinds.Start(common, ExecutorKind.Pool, 1);
}

public sealed class SimulatedPoolOfFourConformance : ExecutorConformance
{
    protected override bool HasContexts => true;

    protected override bool IsSingleThreaded => false;

    protected override bool KeepsOrder => false;

    protected override bool OwnsTimers => false;

    protected override Executor Create(ExecutorOptions? common = null) => SimulatedKinds.Start(common, ExecutorKind.Pool, 4);
}

internal static class SimulatedKinds
{
    public static Executor Start(ExecutorOptions? common, ExecutorKind mimics, int maximumConcurrency)
    {
        common ??= new ExecutorOptions();
        return SimulatedExecutor.Start(1, new SimulatedExecutorOptions
        {
            Name = "under test",
            Mimics = mimics,
            MaximumConcurrency = maximumConcurrency,
            TimeProvider = common.TimeProvider,
            OnUnhandledException = common.OnUnhandledException,
            ShutdownTimeout = common.ShutdownTimeout,
        });
    }
}
