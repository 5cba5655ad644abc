using Concurrency.Bridging;
using Concurrency.Channels;
using Concurrency.Coordination;
using Concurrency.Diagnostics;
using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Execution;

/// <summary>A refusal says what happened, the values, and what to do; of whatever folder it comes.</summary>
public sealed class RefusalSentenceTests
{
    [Fact]
    public void Numbers_BelowTheirRange_AreNamedWithTheSmallestOne()
    {
        Says("participantCount", () => _ = new AsyncBarrier(0), "The number of participants of a barrier was 0. Give 1 or more.");
        Says("initialCount", () => _ = new AsyncSemaphore(-1), "The number of free slots of a semaphore was -1. Give 0 or more.");
        Says("maximumCount", () => _ = new AsyncSemaphore(0, 0), "The highest number of free slots of a semaphore was 0. Give 1 or more.");
        Says("initialCount", () => _ = new AsyncSemaphore(3, 2), "The semaphore was to begin with 3 free slots of at most 2. Begin within the maximum.");
        Says("releaseCount", () => new AsyncSemaphore(1).Release(-2), "The number of slots to give back was -2. Give 0 or more.");
        Says("initialCount", () => _ = new CappedSemaphore(-1, 2), "The number of free slots of a semaphore was -1. Give 0 or more.");
        Says("limit", () => _ = new CappedSemaphore(0, -1), "The limit of a semaphore was -1. Give 0 or more.");
        Says("maxCount", () => _ = new AsyncCollection<int>(0), "The highest number of items of a collection was 0. Give 1 or more.");
        Says("limit", () => ConcurrencySnapshot.Take(-1), "The number of objects of a snapshot was -1. Give 1 or more.");
    }

    [Fact]
    public void Times_OutOfRange_AreNamedWithTheRange()
    {
        var channel = BoundedChannel.Create<int>(1);
        foreach (var time in new[] { TimeSpan.FromSeconds(-1), TimeSpan.FromDays(60) })
        {
            Says("timeout", () => new Select<int>().On(channel.Reader, static item => item).OnTimeout(time, static () => 0), $"A select cannot wait for {time}. Use zero up to 49 days, or no timeout at all.");
        }

        Says("timeout", () => _ = BlockingWork.StopAsync(TimeSpan.FromSeconds(-1)), "Blocking calls cannot be waited for -00:00:01. Use zero or more, or Timeout.InfiniteTimeSpan for as long as they take.");
    }

    [Fact]
    public async Task Disposed_ExecutorsAndRunners_SayWhoTheyAre()
    {
        var runner = new Runner(new CooperativeExecutorOptions { Name = "tool" });
        runner.Dispose();
        Gone(() => runner.Run(static _ => Task.CompletedTask), "The runner 'tool' was disposed and cannot be run. Make a new one, or dispose it after its last program.");

        var pool = new PoolExecutor(new PoolExecutorOptions { Name = "work", MaximumThreads = 1 });
        await pool.DisposeAsync().Within("the pool ends");
        Gone(() => pool.Resize(1, 2), $"The {pool} was disposed and cannot be resized. Dispose it after its last user has ended.");

        var registry = new ExecutorRegistry();
        await registry.DisposeAsync().Within("the registry ends");
        Gone(() => registry.Get("web"), "The registry was disposed and has no executor 'web' any more. Dispose it after its last user has ended.");
    }

    [Fact]
    public void OneShotEvent_SentTwice_SaysWhatItHas()
    {
        var sent = new OneShotEvent<int>();
        sent.Send(1);

        var error = Assert.Throws<InvalidOperationException>(() => sent.SendException(new IOException("late")));

        Assert.Equal("The event got a failure (IOException), and has a value already. Send once, use TrySend, or Reset before the next round.", error.Message);
    }

    [Fact]
    public async Task Race_WithoutAttempts_SaysThatItNeedsOne()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Race.RunAsync<int>([])).Within("the refusal");

        Assert.StartsWith("A race without attempts has no winner. Give one or more.", error.Message, StringComparison.Ordinal);
        Assert.Equal("attempts", error.ParamName);
    }

    [Theory]
    [InlineData("the user left", "the user left.")]
    [InlineData("the user left. ", "the user left.")]
    [InlineData("is it over?", "is it over?")]
    public async Task Scope_ReasonOfAUser_IsASentenceInTheMessageAndAsGivenInTheProperty(string reason, string sentence)
    {
        TaskScopeCanceledException? refused = null;
        var cancelled = await Assert.ThrowsAsync<TaskScopeCanceledException>(() => TaskScope.RunAsync(
            scope =>
            {
                scope.Cancel(reason);
                refused = Assert.Throws<TaskScopeCanceledException>(() =>
                {
                    _ = scope.Start("late", static _ => Task.CompletedTask);
                });
                return Task.FromCanceled(scope.CancellationToken);
            },
            new TaskScopeOptions { Name = "ingest" })).Within("the scope ends");

        Assert.Equal($"The scope 'ingest' was cancelled: {sentence}", cancelled.Message);
        Assert.Equal(reason, cancelled.Reason);
        Assert.Equal($"The scope 'ingest' was cancelled: {sentence} It cannot start 'late' any more.", refused!.Message);
    }

    private static void Says(string parameter, Action refused, string sentence)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(refused);
        Assert.StartsWith(sentence, error.Message, StringComparison.Ordinal);
        Assert.Equal(parameter, error.ParamName);
    }

    private static void Gone(Action refused, string sentence) =>
        Assert.StartsWith(sentence, Assert.Throws<ObjectDisposedException>(refused).Message, StringComparison.Ordinal);
}
