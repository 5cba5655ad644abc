using System.Collections.Concurrent;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Concurrency.Tests.Executors;

/// <summary>What is refused, and who is told.</summary>
public sealed class RejectionTests
{
    [Fact]
    public async Task FU9_RejectAtBacklog_RefusesNewWorkFromThatBacklogOn()
    {
        await using var loop = new CooperativeExecutor(new CooperativeExecutorOptions { Name = "short", RejectAtBacklog = 3, LongTurnLimit = Timeout.InfiniteTimeSpan, OnBlocking = OnBlocking.Ignore });
        using var held = await HeldLoop.StartAsync(loop);
        for (var index = 0; index < 3; index++)
        {
            Assert.True(loop.TryPost(() => { }));
        }

        Assert.False(loop.TryPost(() => { }));
        var error = Assert.Throws<ExecutorRejectedException>(() => loop.Post(() => { }));
        Assert.Contains("'short' has 3 callbacks queued, at which it refuses new work", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ExecutorRejectedException>(() => loop.RunAsync(_ => Task.CompletedTask).Within("refused"));

        // Continuations are never refused.
        loop.SynchronizationContext.Post(_ => { }, null);
        Assert.Equal((3, 4), (loop.Statistics.Rejected, loop.Statistics.Queued));
        held.Release();
        await held.Ended.Within("the turn");
        await loop.DrainAsync(Timeout.InfiniteTimeSpan).Within("drain");
    }

    [Fact]
    public async Task FU9_RejectAtBacklog_CountsWhatTheLoopPostsToItself()
    {
        await using var loop = new DedicatedThreadExecutor(new DedicatedThreadExecutorOptions { RejectAtBacklog = 2 });

        var taken = await loop.InvokeAsync(() => Enumerable.Range(0, 5).Count(_ => loop.TryPost(() => { }))).Within("posts");

        Assert.Equal(2, taken);
        Assert.Equal(5, await loop.InvokeAsync(() => 5).Within("later"));
    }

    public static TheoryData<string> Kinds => ["pool:1,queue=2,reject", "backlog", "inline"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task FU9_OnRejected_SeesEachRefusalWithTheBacklog_AndItsExceptionIsGiven(string kind)
    {
        var seen = new ConcurrentQueue<(string Name, int Backlog)>();
        Exception? OnRejected(Executor executor, int backlog)
        {
            seen.Enqueue((executor.Name, backlog));
            return new InvalidDataException($"too much: {backlog}");
        }

        var executor = Make(kind, OnRejected);
        var backlog = 0;
        if (kind == "inline")
        {
            await executor.DisposeAsync().Within("dispose");
        }

        using var held = kind == "inline" ? null : await HeldLoop.StartAsync(executor);
        while (kind != "inline" && backlog < 2)
        {
            executor.Post(() => { });
            backlog++;
        }

        Assert.Equal($"too much: {backlog}", Assert.Throws<InvalidDataException>(() => executor.Post(() => { })).Message);
        Assert.Throws<InvalidDataException>(() => executor.UnsafePost(() => { }));
        await Assert.ThrowsAsync<InvalidDataException>(() => executor.InvokeAsync(() => { }).Within("refused"));
        Assert.False(executor.TryPost(() => { }));

        Assert.Equal(Enumerable.Repeat((executor.Name, backlog), 4), seen);
        Assert.Equal(4, executor.Statistics.Rejected);
        held?.Release();
        await executor.DisposeAsync().Within("dispose");
    }

    [Fact]
    public async Task FU9_OnRejectedThrowsOrReturnsNull_TheUsualErrorIsGiven()
    {
        foreach (var callback in new Func<Executor, int, Exception?>[] { (_, _) => null, (_, _) => throw new InvalidDataException() })
        {
            var executor = Make("pool:1,queue=2,reject", callback);
            await executor.DisposeAsync().Within("dispose");

            Assert.Throws<ExecutorRejectedException>(() => executor.Post(() => { }));
            await Assert.ThrowsAsync<ExecutorRejectedException>(() => executor.InvokeAsync(() => { }).Within("refused"));
            Assert.False(executor.TryPost(() => { }));
        }
    }

    [Fact]
    public async Task FU9_OnRejected_IsToldOfThoseWhoWaitedForAPlaceWhenTheDrainBegins()
    {
        var seen = 0;
        await using var pool = new PoolExecutor(new PoolExecutorOptions
        {
            MinimumThreads = 1,
            MaximumThreads = 1,
            QueueLimit = 1,
            OnRejected = (_, _) =>
            {
                seen++;
                return new InvalidDataException("closed");
            },
        });
        using var held = await HeldLoop.StartAsync(pool);
        var queued = pool.InvokeAsync(() => { });
        var waiting = pool.InvokeAsync(() => { });

        var drain = pool.DrainAsync(Timeout.InfiniteTimeSpan);

        Assert.Equal("closed", (await Assert.ThrowsAsync<InvalidDataException>(() => waiting.Within("waiting"))).Message);
        Assert.Equal(1, seen);
        held.Release();
        Assert.True(await drain.Within("drain"));
        await queued.Within("queued");
    }

    [Theory]
    [InlineData(0, null, "RejectAtBacklog")]
    [InlineData(5, 0, "Quantum")]
    [InlineData(5, 1_000_001, "Quantum")]
    public void FU9_BadSettings_SayWhatIsAllowed(int backlog, int? quantum, string name)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(
            () => new CooperativeExecutor(new CooperativeExecutorOptions { RejectAtBacklog = backlog, Quantum = quantum ?? 1 }));
        Assert.StartsWith($"{name} was ", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new DedicatedThreadExecutor(new DedicatedThreadExecutorOptions { RejectAtBacklog = backlog, Quantum = quantum ?? 1 }));
    }

    private static Executor Make(string kind, Func<Executor, int, Exception?> onRejected) => kind == "backlog"
        ? new DedicatedThreadExecutor(new DedicatedThreadExecutorOptions { RejectAtBacklog = 2, OnRejected = onRejected, Logger = NullLogger.Instance })
        : ExecutorSpec.Parse(kind).Create("full", new ExecutorOptions { OnRejected = onRejected, Logger = NullLogger.Instance });

    /// <summary>One turn that lasts until it is let go.</summary>
    private sealed class HeldLoop : IDisposable
    {
        private readonly ManualResetEventSlim _leave = new();

        public Task Ended { get; private set; } = Task.CompletedTask;

        public static async Task<HeldLoop> StartAsync(Executor executor)
        {
            var held = new HeldLoop();
            var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            held.Ended = executor.InvokeAsync(() =>
            {
                entered.SetResult();
                held._leave.Wait();
            });
            await entered.Task.Within("the turn runs");
            return held;
        }

        public void Release() => _leave.Set();

        public void Dispose() => _leave.Set();
    }
}
