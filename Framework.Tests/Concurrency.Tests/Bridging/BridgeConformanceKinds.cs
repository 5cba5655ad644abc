using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Tests.Bridging;

public sealed class CooperativeBridges : BridgeConformance
{
    protected override Executor Create() => new CooperativeExecutor("under test");
}

public sealed class DedicatedThreadBridges : BridgeConformance
{
    protected override Executor Create() => new DedicatedThreadExecutor("under test");
}

public sealed class PoolOfOneBridges : BridgeConformance
{
    protected override Executor Create() => new PoolExecutor("under test", 1);
}

public sealed class PoolOfFourBridges : BridgeConformance
{
    protected override bool IsExclusive => false;

    protected override Executor Create() => new PoolExecutor("under test", 4);
}

public sealed class InlineBridges : BridgeConformance
{
    protected override bool IsExclusive => false;

    protected override Executor Create() => new InlineExecutor("under test");
}

public sealed class FreeBridges : BridgeConformance
{
    protected override bool IsExclusive => false;

    protected override Executor? Create() => null;
}
