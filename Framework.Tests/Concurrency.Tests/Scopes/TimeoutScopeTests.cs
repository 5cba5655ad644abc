using System.Net.Sockets;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

public sealed class TimeoutScopeTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();

    private TimeoutScopeOptions Named(string name) => new() { Name = name, TimeProvider = _clock };

    [Fact]
    public async Task AS25_RunAsync_TimePasses_ThrowsItsOwnTimeoutWithTheLimit()
    {
        var run = TimeoutScope.RunAsync(s_second, Never, Named("request"));
        Assert.False(run.IsCompleted);

        _clock.Advance(s_second);

        var timeout = await Assert.ThrowsAsync<ScopeTimeoutException>(() => run).Within("the scope ends");
        Assert.Contains("'request'", timeout.Message, StringComparison.Ordinal);
        Assert.Contains("00:00:01", timeout.Message, StringComparison.Ordinal);
        Assert.IsAssignableFrom<OperationCanceledException>(timeout.InnerException);
    }

    [Fact]
    public async Task EV61_RunAsync_BodyEndsInTime_TheTimerIsGone()
    {
        TimeoutScope? scope = null;
        var result = await TimeoutScope.RunAsync(s_second, s =>
        {
            scope = s;
            return Task.FromResult(7);
        }, Named("request"));

        _clock.Advance(s_second);

        Assert.Equal(7, result);
        Assert.False(scope!.HasExpired);
        Assert.False(scope.CancellationToken.IsCancellationRequested);
    }

    [Fact]
    public async Task AS25_Nested_OnlyTheExpiredOneConverts()
    {
        var inner = 0;
        var run = TimeoutScope.RunAsync(s_second, async outer =>
        {
            try
            {
                await TimeoutScope.RunAsync(10 * s_second, Never, Named("inner"), outer.CancellationToken);
            }
            catch (OperationCanceledException)
            {
                inner++;
                throw;
            }
        }, Named("outer"));

        _clock.Advance(s_second);

        var timeout = await Assert.ThrowsAsync<ScopeTimeoutException>(() => run).Within("the scopes end");
        Assert.Equal("outer", timeout.Scope!.Name);
        Assert.Equal(1, inner);
    }

    [Fact]
    public async Task EV62_RunOrDefaultAsync_OuterTimeout_PassesThrough()
    {
        var run = TimeoutScope.RunOrDefaultAsync(s_second, outer => TimeoutScope.RunOrDefaultAsync(
            10 * s_second, async scope =>
            {
                await Never(scope);
                return "result";
            }, "inner", Named("inner"), outer.CancellationToken), "outer", Named("outer"));

        _clock.Advance(s_second);

        Assert.Equal("outer", await run.Within("the scopes end"));
    }

    [Fact]
    public async Task EV62_RunOrDefaultAsync_TheBodysOwnTimeoutException_IsNotSwallowed()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => TimeoutScope.RunOrDefaultAsync<int>(
            s_second, _ => throw new TimeoutException("the database"), 0, Named("request")));
    }

    [Fact]
    public async Task EV61_TryRunAsync_TimePasses_IsSilent()
    {
        var run = TimeoutScope.TryRunAsync(s_second, Never, Named("request"));

        _clock.Advance(s_second);

        Assert.False(await run.Within("the scope ends"));
        Assert.True(await TimeoutScope.TryRunAsync(s_second, _ => Task.CompletedTask, Named("request")));
    }

    [Fact]
    public async Task AS25_CallerCancels_IsNoTimeoutAlsoIfTheTimePassesAfterwards()
    {
        using var caller = new CancellationTokenSource();
        var mayEnd = Signal();
        var run = TimeoutScope.RunAsync(s_second, async scope =>
        {
            await mayEnd.Task;
            scope.CancellationToken.ThrowIfCancellationRequested();
        }, Named("request"), caller.Token);

        caller.Cancel();
        _clock.Advance(s_second);
        mayEnd.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run).Within("the scope ends");
    }

    [Fact]
    public async Task AS25_TimePassedAndTheCallerCancelsToo_TheCallerWins()
    {
        using var caller = new CancellationTokenSource();
        var mayEnd = Signal();
        var run = TimeoutScope.RunAsync(s_second, async scope =>
        {
            await mayEnd.Task;
            scope.CancellationToken.ThrowIfCancellationRequested();
        }, Named("request"), caller.Token);

        _clock.Advance(s_second);
        caller.Cancel();
        mayEnd.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run).Within("the scope ends");
    }

    [Fact]
    public async Task AS25_Reschedule_TheLastLimitCounts()
    {
        TimeoutScope? scope = null;
        var run = TimeoutScope.RunAsync(s_second, s =>
        {
            scope = s;
            return Never(s);
        }, Named("request"));

        scope!.Reschedule(3 * s_second);
        _clock.Advance(2 * s_second);
        Assert.False(scope.HasExpired);
        Assert.Equal(s_second, scope.Remaining);
        scope.Reschedule(Timeout.InfiniteTimeSpan);
        _clock.Advance(10 * s_second);
        Assert.False(scope.HasExpired);
        scope.Reschedule(TimeSpan.Zero);

        Assert.True(scope.HasExpired);
        Assert.Equal(TimeSpan.Zero, scope.Remaining);
        await Assert.ThrowsAsync<ScopeTimeoutException>(() => run).Within("the scope ends");
        var refused = Assert.Throws<InvalidOperationException>(() => scope.Reschedule(s_second));
        Assert.Contains("'request'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AS25_ZeroLimit_StartsCancelled()
    {
        await Assert.ThrowsAsync<ScopeTimeoutException>(() => TimeoutScope.RunAsync(TimeSpan.Zero, scope =>
        {
            Assert.True(scope.CancellationToken.IsCancellationRequested);
            return Never(scope);
        }, Named("request")));
    }

    [Fact]
    public async Task EV60_InfiniteLimit_NeverPasses()
    {
        var mayEnd = Signal();
        var run = TimeoutScope.RunAsync(Timeout.InfiniteTimeSpan, scope => mayEnd.Task.WaitAsync(scope.CancellationToken), Named("request"));

        _clock.Advance(TimeSpan.FromDays(1000));
        mayEnd.SetResult();

        await run.Within("the scope ends");
    }

    [Fact]
    public async Task RunAsync_NegativeLimit_IsRefusedWithTheValue()
    {
        var refused = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => TimeoutScope.RunAsync(-s_second, Never));

        Assert.Contains("-00:00:01", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AS26_WaitFor_CancelsAndWaitsForTheEnd()
    {
        var mayEnd = Signal();
        var ended = false;
        var wait = WaitFor.RunAsync(async token =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                await mayEnd.Task;
                ended = true;
            }
        }, s_second, _clock);

        _clock.Advance(s_second);
        Assert.False(wait.IsCompleted);
        mayEnd.SetResult();

        await Assert.ThrowsAsync<ScopeTimeoutException>(() => wait).Within("the wait ends");
        Assert.True(ended);
    }

    [Fact]
    public async Task AS26_WaitFor_WorkFinishesAllTheSame_ReturnsItsLateResult()
    {
        var wait = WaitFor.RunAsync(async token =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            catch (OperationCanceledException)
            {
                // The case under test: work that finishes although it was told to end.
            }

            return "late";
        }, s_second, _clock);

        _clock.Advance(s_second);

        Assert.Equal("late", await wait.Within("the wait ends"));
    }

    [Fact]
    public void EV63_IsTimeout_SeesEveryKind()
    {
        Assert.True(TimeoutScope.IsTimeout(new TimeoutException()));
        Assert.True(TimeoutScope.IsTimeout(new ScopeTimeoutException()));
        Assert.True(TimeoutScope.IsTimeout(new SocketException((int)SocketError.TimedOut)));
        Assert.True(TimeoutScope.IsTimeout(new IOException("read", new SocketException((int)SocketError.TimedOut))));
        Assert.True(TimeoutScope.IsTimeout(new TaskCanceledException("HttpClient", new TimeoutException())));
        Assert.False(TimeoutScope.IsTimeout(new OperationCanceledException()));
        Assert.False(TimeoutScope.IsTimeout(new SocketException((int)SocketError.ConnectionRefused)));
        Assert.False(TimeoutScope.IsTimeout(null));
    }

    private static Task Never(TimeoutScope scope) => Task.Delay(Timeout.Infinite, scope.CancellationToken);

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
