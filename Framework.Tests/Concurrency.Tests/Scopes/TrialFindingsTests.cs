using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

/// <summary>What a first user ran into.</summary>
public sealed class TrialFindingsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("cooperative")]
    [InlineData("pool:2")]
    public async Task AS20_BodyAwaitsAFailingChild_TheFailureIsListedOnce(string? kind)
    {
        await using var executor = kind is null ? null : ExecutorSpec.Parse(kind).Create("children");

        var error = await Assert.ThrowsAsync<AggregateException>(() => TaskScope.RunAsync(
            async scope => await scope.Start("reader", _ => Task.FromException(new IOException("The disk is gone."))),
            new TaskScopeOptions { Executor = executor }).Within("the scope"));

        Assert.Equal("The disk is gone.", Assert.IsType<IOException>(Assert.Single(error.InnerExceptions)).Message);
    }

    [Fact]
    public async Task EV31_DiscardAfterTheReturn_IsRefused()
    {
        await using var pool = new ResourcePool<string>(new ResourcePoolOptions<string> { MaximumSize = 1, Factory = _ => new("only one") });
        var lease = await pool.AcquireAsync();
        await lease.DisposeAsync();

        var error = Assert.Throws<ObjectDisposedException>(lease.Discard);

        Assert.Contains("was discarded after it had been returned", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EV11_DeepRecursionIntoAFullPool_DoesNotRunOutOfStack()
    {
        const int Depth = 20_000;
        await using var pool = new WorkPool(1);

        var outermost = await pool.SpawnAsync("0", token => DescendAsync(1, token));

        Assert.Equal(Depth, await outermost.Task.Within("the recursion"));

        async Task<int> DescendAsync(int depth, CancellationToken cancellationToken)
        {
            if (depth == Depth)
            {
                return depth;
            }

            var inner = await pool.SpawnAsync("deeper", token => DescendAsync(depth + 1, token), cancellationToken);
            return await inner;
        }
    }

    [Fact]
    public async Task Delegate_ThatReturnsNoTask_IsNamedInTheError()
    {
        await using var pool = new WorkPool(1);
        Func<CancellationToken, Task> none = _ => null!;
        Func<CancellationToken, Task<int>> noneOfInt = _ => null!;

        Task[] calls =
        [
            TaskScope.RunAsync(_ => null!),
            TimeoutScope.RunAsync(TimeSpan.FromHours(1), _ => null!),
            WaitFor.RunAsync(none, TimeSpan.FromHours(1)),
            (await pool.SpawnAsync("empty", none)).Task,
            (await pool.SpawnAsync("empty", noneOfInt)).Task,
            new[] { 1 }.MapAsync((_, _) => (Task<int>)null!).GetAsyncEnumerator().MoveNextAsync().AsTask(),
        ];

        foreach (var call in calls)
        {
            var error = await Assert.ThrowsAnyAsync<Exception>(() => call.Within("the call"));
            Assert.Contains("returned null instead of a task", error.ToString(), StringComparison.Ordinal);
        }
    }
}
