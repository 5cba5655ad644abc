using Concurrency.Execution;
using Concurrency.TestSupport;

namespace Concurrency.Http.Tests;

public abstract class HttpSourceConformance : SourceConformance<HttpExchange>
{
    protected override SourceRig<HttpExchange> CreateRig(int capacity) => new HttpRig(capacity);
}

public sealed class HttpSourceOnCooperative : HttpSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.Cooperative;
}

public sealed class HttpSourceOnDedicatedThread : HttpSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.DedicatedThread;
}

public sealed class HttpSourceOnPool : HttpSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.Pool;
}
