using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Bench.Micro;

public class CooperativeExecutorBenchmarks : ExecutorBenchmarks
{
    protected override Executor Create() => new CooperativeExecutor("bench");
}
