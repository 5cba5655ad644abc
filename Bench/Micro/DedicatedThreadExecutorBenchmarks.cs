using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Bench.Micro;

public class DedicatedThreadExecutorBenchmarks : ExecutorBenchmarks
{
    protected override Executor Create() => new DedicatedThreadExecutor("bench");
}
