using Concurrency.Bridging;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Bridging;

public sealed class BlockingContextTests
{
    [Fact]
    public async Task AW5_TheSameCode_RunsOnThreadsAndOnABridge()
    {
        var onThread = await Task.Run(() => Logic(new ThreadBlockingContext())).Within("on a thread");
        await using var loop = new CooperativeExecutor("loop");
        var onBridge = await loop.RunAsync(_ => SyncBridge.RunAsync(() => Logic(BridgeBlockingContext.Instance))).Within("on a bridge");

        Assert.Equal("1, 2", onThread);
        Assert.Equal(onThread, onBridge);
    }

    [Fact]
    public async Task AW5_ThreadContext_PassesItsTokenAndFailuresOn()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        var context = new ThreadBlockingContext(cancel.Token);
        await Task.Run(() =>
        {
            Assert.ThrowsAny<OperationCanceledException>(() => context.Wait(token => Task.Delay(Timeout.Infinite, token)));
            Assert.Throws<IOException>(() => context.Wait(_ => Task.FromException<int>(new IOException())));
            Assert.Throws<InvalidOperationException>(() => context.Wait(_ => null!));
        }).Within("the calls");
    }

    [Fact]
    public async Task AW5_ThreadContext_DoesNotNeedTheBlockedTurn()
    {
        await using var thread = new DedicatedThreadExecutor("thread");
        var result = await thread.InvokeAsync(() =>
        {
            var text = Logic(new ThreadBlockingContext());
            Assert.True(thread.IsCurrent);
            return text;
        }).Within("the call");

        Assert.Equal("1, 2", result);
    }

    [Fact]
    public async Task AW5_ThreadContext_RefusesToBlockALoop()
    {
        await using var loop = new CooperativeExecutor("loop");
        var refused = await loop.InvokeAsync(() => Assert.Throws<InvalidOperationException>(() => Logic(new ThreadBlockingContext()))).Within("the call");

        Assert.Contains("'loop'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AW5_BridgeContext_RefusesCallersOutsideOfABridge() =>
        Assert.Throws<NoBridgeContextException>(() => Logic(BridgeBlockingContext.Instance));

    private static string Logic(IBlockingContext context)
    {
        var first = context.Wait(_ => AnswerAsync(1));
        var second = 0;
        context.Wait(async _ => second = await AnswerAsync(2));
        return $"{first}, {second}";
    }

    private static async Task<int> AnswerAsync(int answer)
    {
        await Executor.Yield();
        return answer;
    }
}
