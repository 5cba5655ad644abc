using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Tests.Executors;

public sealed class CooperativeEpollConformance : ExecutorConformance
{
    protected override Executor Create(ExecutorOptions? common = null) => ExecutorSpec.Parse("cooperative").Create("under test", common);
}

public sealed class CooperativePortableConformance : ExecutorConformance
{
    protected override Executor Create(ExecutorOptions? common = null)
    {
        common ??= new ExecutorOptions();
        return new CooperativeExecutor(new CooperativeExecutorOptions
        {
            Name = "under test",
            Portable = true,
            TimeProvider = common.TimeProvider,
            OnUnhandledException = common.OnUnhandledException,
            ShutdownTimeout = common.ShutdownTimeout,
        });
    }
}

public sealed class DedicatedThreadConformance : ExecutorConformance
{
    protected override Executor Create(ExecutorOptions? common = null) => ExecutorSpec.Parse("thread").Create("under test", common);
}

public sealed class PoolOfOneConformance : ExecutorConformance
{
    protected override bool OwnsTimers => false;

    // New work yields to continuations, so a post may overtake nothing but may be overtaken: order holds among posts.
    protected override Executor Create(ExecutorOptions? common = null) => ExecutorSpec.Parse("pool:1").Create("under test", common);
}

public sealed class PoolOfFourConformance : ExecutorConformance
{
    protected override bool IsSingleThreaded => false;

    protected override bool KeepsOrder => false;

    protected override bool OwnsTimers => false;

    protected override Executor Create(ExecutorOptions? common = null) => ExecutorSpec.Parse("pool:4").Create("under test", common);
}

public sealed class InlineConformance : ExecutorConformance
{
    protected override bool IsInline => true;

    protected override bool OwnsTimers => false;

    protected override Executor Create(ExecutorOptions? common = null) => ExecutorSpec.Parse("inline").Create("under test", common);
}
