using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Bench.Micro;

public class PoolExecutorBenchmarks : ExecutorBenchmarks
{
    protected override Executor Create() => new PoolExecutor("bench", 4);
}
