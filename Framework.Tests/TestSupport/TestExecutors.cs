using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.TestSupport;

/// <summary>Makes one executor of each kind that a source can run on.</summary>
public static class TestExecutors
{
    public static Executor Create(ExecutorKind kind, string name = "test") => kind switch
    {
        ExecutorKind.Cooperative => new CooperativeExecutor(name),
        ExecutorKind.DedicatedThread => new DedicatedThreadExecutor(name),
        ExecutorKind.Pool => new PoolExecutor(name, 4),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No test executor of this kind."),
    };
}
