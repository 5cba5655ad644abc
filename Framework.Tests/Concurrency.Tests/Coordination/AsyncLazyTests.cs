using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Coordination;

public sealed class AsyncLazyTests
{
    [Fact]
    public async Task Task_AskedOften_RunsTheFactoryOnce()
    {
        var runs = 0;
        var release = new TaskCompletionSource();
        var lazy = new AsyncLazy<int>(
            async () =>
            {
                Interlocked.Increment(ref runs);
                await release.Task;
                return 5;
            },
            AsyncLazyFlags.ExecuteOnCallingThread);
        Assert.False(lazy.IsStarted);

        var first = lazy.Task;
        var second = lazy.Task;
        release.SetResult();

        Assert.Same(first, second);
        Assert.Equal(5, await lazy);
        Assert.Equal(1, runs);
        Assert.True(lazy.IsStarted);
    }

    [Fact]
    public async Task Failure_IsKept_UnlessItIsToBeRetried()
    {
        var runs = 0;
        Func<Task<int>> factory = () => ++runs % 2 == 1 ? throw new FormatException() : Task.FromResult(runs);
        var kept = new AsyncLazy<int>(factory, AsyncLazyFlags.ExecuteOnCallingThread);
        await Assert.ThrowsAsync<FormatException>(() => kept.Task);
        await Assert.ThrowsAsync<FormatException>(() => kept.Task);
        Assert.Equal(1, runs);

        runs = 0;
        var retried = new AsyncLazy<int>(factory, AsyncLazyFlags.ExecuteOnCallingThread | AsyncLazyFlags.RetryOnFailure);
        await Assert.ThrowsAsync<FormatException>(() => retried.Task);
        Assert.False(retried.IsStarted);
        Assert.Equal(2, await retried);
        Assert.Equal(2, await retried);
    }

    [Fact]
    public async Task Executor_RunsTheFactory_WhoeverAsks()
    {
        await using var executor = new CooperativeExecutor("maker");
        var lazy = new AsyncLazy<Executor?>(() => Task.FromResult(Executor.Current), executor);

        Assert.Same(executor, await lazy.Task.Within("value"));
    }

    [Fact]
    public async Task BadArguments_AreRefused()
    {
        await using var executor = new InlineExecutor();
        Assert.Throws<ArgumentNullException>(() => new AsyncLazy<int>(null!));
        var error = Assert.Throws<ArgumentException>(
            () => new AsyncLazy<int>(() => Task.FromResult(1), executor, AsyncLazyFlags.ExecuteOnCallingThread));
        Assert.Contains("Leave one of them out", error.Message, StringComparison.Ordinal);
    }
}
