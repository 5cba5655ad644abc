using Concurrency.Bridging;
using Concurrency.Executors;
using Concurrency.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Concurrency.Tests.Bridging;

/// <summary>Bridges in a system that has no thread for them.</summary>
public sealed class BridgeThreadFaultTests
{
    [Fact]
    public async Task AW1_ABridgeThatGetsNoThread_Fails_AndItsPlaceIsFree()
    {
        var threads = Threads();
        var start = threads.Start;
        threads.Start = static _ => throw new InvalidOperationException("no threads");
        await using var executor = new CooperativeExecutor("loop");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => executor.RunAsync(_ => SyncBridge.RunAsync(threads, () => 1)).Within("the refusal"));

        Assert.Contains("MaximumThreads, now 1", error.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0L), (threads.Statistics.Threads, threads.Statistics.Started));
        threads.Start = start;
        Assert.Equal(2, await executor.RunAsync(_ => SyncBridge.RunAsync(threads, () => 2)).Within("the next bridge"));
        Assert.True(await executor.DrainAsync(Timeout.InfiniteTimeSpan).Within("nothing is left in flight"));
    }

    [Fact]
    public async Task AW1_ABridgeInLineBehindOneThatGetsNoThread_IsServed()
    {
        var threads = Threads();
        var start = threads.Start;
        Task<int>? second = null;
        threads.Start = _ =>
        {
            threads.Start = start;
            second = SyncBridge.RunAsync(threads, () => 2);
            Assert.Equal(1, threads.Statistics.Waiting);
            throw new InvalidOperationException("no threads");
        };

        await Assert.ThrowsAsync<InvalidOperationException>(() => SyncBridge.RunAsync(threads, () => 1).Within("the first"));

        Assert.Equal(2, await second!.Within("the second"));
    }

    [Fact]
    public async Task AW1_ABridgeInLineThatGetsNoThreadEither_Fails()
    {
        var threads = Threads();
        Task<int>? second = null;
        threads.Start = _ =>
        {
            second ??= SyncBridge.RunAsync(threads, () => 2);
            throw new InvalidOperationException("no threads");
        };

        await Assert.ThrowsAsync<InvalidOperationException>(() => SyncBridge.RunAsync(threads, () => 1).Within("the first"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => second!.Within("the second"));
        Assert.Equal((0, 0), (threads.Statistics.Threads, threads.Statistics.Waiting));
    }

    [Fact]
    public void GL1_ACoroutineThatGetsNoThread_StaysNew()
    {
        var threads = Threads();
        var start = threads.Start;
        threads.Start = static _ => throw new InvalidOperationException("no threads");
        var body = new Coroutine<int, int>(threads, (_, value) => value + 1, name: null);

        Assert.Throws<InvalidOperationException>(() => body.Switch(1));
        Assert.False(body.IsStarted);
        threads.Start = start;
        Assert.Equal(3, body.Switch(2));
    }

    [Fact]
    public async Task EV38_Stop_WithATimeThatCannotBeMeant_ChangesNothing()
    {
        var pool = new BlockingPool(new BlockingWorkOptions { Threads = 1, Logger = NullLogger.Instance }, _ => null);
        Func<int> work = static () => 1;
        await pool.RunAsync(work, work, CancellationToken.None).Within("a call");

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => pool.StopAsync(TimeSpan.FromSeconds(-3)).Within("the refusal"));

        Assert.Equal(1, pool.Statistics.Executed);
        Assert.True(await pool.StopAsync(TimeSpan.FromDays(60)).Within("a long stop"));
    }

    private static BridgeThreads Threads() => new(new SyncBridgeOptions { MaximumThreads = 1, Logger = NullLogger.Instance });
}
