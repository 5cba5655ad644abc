using System.Collections.Concurrent;
using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

/// <summary>Time limits under races, with long times, and with callbacks and clocks that misbehave.</summary>
public sealed class TimeoutScopeFailureTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly HookedClock _clock = new();

    private TimeoutScopeOptions Named(string name) => new() { Name = name, TimeProvider = _clock };

    [Theory]
    [InlineData(nameof(TimeProvider.GetTimestamp))]
    [InlineData(nameof(TimeProvider.CreateTimer))]
    [InlineData(nameof(ITimer.Change))]
    public async Task AS25_Reschedule_BlockEndsMeanwhile_LeavesNoTimer(string call)
    {
        TimeoutScope? scope = null;
        var mayEnd = new TaskCompletionSource();
        var run = TimeoutScope.RunAsync(s_second, s =>
        {
            scope = s;
            return mayEnd.Task;
        }, Named("request"));

        // Each call to the clock is a moment at which the block may end.
        _clock.OnNext(call, mayEnd.SetResult);
        var refused = Record.Exception(() => scope!.Reschedule(TimeSpan.FromMilliseconds(500)));
        mayEnd.TrySetResult();
        await run.Within("the block ends");

        Assert.True(refused is null or InvalidOperationException, $"{refused}");
        Assert.Equal(0, _clock.Pending);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.False(scope!.HasExpired);
    }

    [Theory]
    [InlineData(nameof(TimeProvider.GetTimestamp))]
    [InlineData(nameof(TimeProvider.CreateTimer))]
    [InlineData(nameof(ITimer.Change))]
    public async Task AS25_Reschedule_TimePassesMeanwhile_NeverMovesAnExpiredLimit(string call)
    {
        TimeoutScope? scope = null;
        var run = TimeoutScope.RunAsync(s_second, s =>
        {
            scope = s;
            return Never(s);
        }, Named("request"));
        _clock.OnNext(call, () => _clock.Advance(s_second));

        var refused = Record.Exception(() => scope!.Reschedule(TimeSpan.FromMilliseconds(500)));
        _clock.Advance(s_second);

        await Assert.ThrowsAsync<ScopeTimeoutException>(() => run).Within("the block ends");
        Assert.True(refused is null or InvalidOperationException, $"{refused}");
        Assert.Equal(TimeSpan.Zero, scope!.Remaining);
        Assert.Equal(0, _clock.Pending);
    }

    [Theory]
    [InlineData(nameof(TimeProvider.GetTimestamp))]
    [InlineData(nameof(TimeProvider.CreateTimer))]
    [InlineData(nameof(ITimer.Change))]
    public async Task AS25_Reschedule_ClockIsAskedWithoutALock(string call)
    {
        TimeoutScope? scope = null;
        var mayEnd = new TaskCompletionSource();
        var run = TimeoutScope.RunAsync(s_second, s =>
        {
            scope = s;
            return mayEnd.Task;
        }, Named("request"));

        _clock.OnNext(call, () => Elsewhere(() => scope!.HasExpired));
        scope!.Reschedule(s_second / 2);
        _clock.OnNext(nameof(TimeProvider.GetTimestamp), () => Elsewhere(() => scope!.HasExpired));

        Assert.Equal(s_second / 2, scope.Remaining);
        mayEnd.SetResult();
        await run.Within("the block ends");

        static void Elsewhere(Func<bool> look) => Assert.False(Task.Run(look).Within("look from another thread").GetAwaiter().GetResult());
    }

    [Fact]
    public async Task AS25_LongLimit_IsSleptInPieces()
    {
        TimeoutScope? scope = null;
        var run = TimeoutScope.RunAsync(TimeSpan.FromDays(60), s =>
        {
            scope = s;
            return Never(s);
        }, Named("quarter"));

        _clock.Advance(TimeSpan.FromDays(59));
        Assert.Equal(TimeSpan.FromDays(1), scope!.Remaining);
        scope.Reschedule(TimeSpan.FromDays(100));
        _clock.Advance(TimeSpan.FromDays(100) - TimeSpan.FromTicks(1));
        Assert.False(scope.HasExpired);
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        await Assert.ThrowsAsync<ScopeTimeoutException>(() => run).Within("the block ends");
    }

    [Fact]
    public async Task AS25_LongLimit_OnTheSystemsClock_IsTaken()
    {
        // The timers of .NET take 49.7 days.
        foreach (var limit in new[] { TimeSpan.FromDays(60), TimeSpan.MaxValue })
        {
            var left = await TimeoutScope.RunAsync(
                limit,
                scope =>
                {
                    scope.Reschedule(limit);
                    return Task.FromResult(scope.Remaining);
                },
                new TimeoutScopeOptions { TimeProvider = TimeProvider.System });

            Assert.InRange(left, TimeSpan.FromDays(59), limit);
        }
    }

    [Fact]
    public async Task AS25_Reschedule_Refused_LeavesTheLimitAsItWas()
    {
        TimeoutScope? scope = null;
        var run = TimeoutScope.RunAsync(s_second, s =>
        {
            scope = s;
            return Never(s);
        }, Named("request"));

        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => scope!.Reschedule(-s_second));

        Assert.Contains("cannot be -00:00:01. Use zero or more", refused.Message, StringComparison.Ordinal);
        Assert.Equal(s_second, scope!.Remaining);
        _clock.Advance(s_second);
        await Assert.ThrowsAsync<ScopeTimeoutException>(() => run).Within("the block ends");
    }

    [Fact]
    public async Task AS25_CallbackOfTheTokenThrows_IsTheFailureOfTheBlock_NotOfTheTimer()
    {
        var run = TimeoutScope.RunAsync(s_second, scope =>
        {
            scope.CancellationToken.Register(() => throw new IOException("callback"));
            return Never(scope);
        }, Named("request"));

        // On the system's clock this is a timer's thread, where the exception would end the process.
        Assert.Null(Record.Exception(() => _clock.Advance(s_second)));

        var failures = await Assert.ThrowsAsync<AggregateException>(() => run).Within("the block ends");
        Assert.IsType<ScopeTimeoutException>(failures.InnerExceptions[0]);
        Assert.Equal("callback", failures.InnerExceptions[1].Message);
        Assert.Equal(2, failures.InnerExceptions.Count);
        Assert.Contains("'request'", failures.Message, StringComparison.Ordinal);
        Assert.True(TimeoutScope.IsTimeout(failures));
    }

    [Fact]
    public async Task AS25_CallbackOfTheTokenThrows_SilentBlockAndReturningBody_DoNotHideIt()
    {
        var silent = TimeoutScope.TryRunAsync(s_second, scope =>
        {
            scope.CancellationToken.Register(() => throw new IOException("callback"));
            return Never(scope);
        }, Named("silent"));
        var mayEnd = new TaskCompletionSource();
        var returning = TimeoutScope.RunAsync(s_second, scope =>
        {
            scope.CancellationToken.Register(() => throw new IOException("callback"));
            return mayEnd.Task;
        }, Named("returning"));

        _clock.Advance(s_second);
        mayEnd.SetResult();

        Assert.Equal(2, (await Assert.ThrowsAsync<AggregateException>(() => silent).Within("the silent block ends")).InnerExceptions.Count);
        Assert.Equal("callback", Assert.Single((await Assert.ThrowsAsync<AggregateException>(() => returning).Within("the other ends")).InnerExceptions).Message);
    }

    [Fact]
    public async Task AS25_CallbackOfTheTokenThrows_OnTheLoopsOwnClock_TheLoopGoesOn()
    {
        await using var loop = new CooperativeExecutor("loop");

        var failures = await loop.RunAsync(async _ => await Assert.ThrowsAsync<AggregateException>(() => TimeoutScope.RunAsync(
            TimeSpan.FromMilliseconds(1),
            scope =>
            {
                scope.CancellationToken.Register(() => throw new IOException("callback"));
                return Never(scope);
            }))).Within("the block ends");

        Assert.Contains(failures.InnerExceptions, static failure => failure.Message == "callback");
        Assert.Equal(7, await loop.InvokeAsync(() => 7).Within("the loop goes on"));
    }

    [Fact]
    public async Task Options_BlankName_IsRefusedWithASentence()
    {
        foreach (var name in new[] { null, "", " " })
        {
            var refused = await Assert.ThrowsAsync<ArgumentException>(() => TimeoutScope.RunAsync(s_second, Never, Named(name!)));
            Assert.Contains("Use a name", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, _clock.Pending);
    }

    [Fact]
    public async Task AS16_InnerCancellation_DoesNotLeakIntoTheOuterBlock()
    {
        // What uncancel() is for: a block that took its own cancellation back leaves those around it as they were.
        var after = await TimeoutScope.RunAsync(10 * s_second, async outer =>
        {
            var inner = TimeoutScope.TryRunAsync(s_second, Never, Named("inner"), outer.CancellationToken);
            _clock.Advance(s_second);
            Assert.False(await inner.Within("the inner block ends"));

            Assert.False(outer.CancellationToken.IsCancellationRequested);
            outer.CancellationToken.ThrowIfCancellationRequested();
            return outer.Remaining;
        }, Named("outer"));

        Assert.Equal(9 * s_second, after);
    }

    [Fact]
    public async Task AS16_TwoRequests_EachBlockConvertsItsOwnOnly()
    {
        // What cancelling() counts: here each block has a token of its own, so both requests are still there.
        using var caller = new CancellationTokenSource();
        var seen = new ConcurrentQueue<string>();
        var run = TimeoutScope.RunAsync(2 * s_second, async outer =>
        {
            try
            {
                await TimeoutScope.RunAsync(s_second, async inner =>
                {
                    try
                    {
                        await Never(inner);
                    }
                    catch (OperationCanceledException)
                    {
                        _clock.Advance(s_second);
                        throw;
                    }
                }, Named("inner"), outer.CancellationToken);
            }
            catch (OperationCanceledException)
            {
                seen.Enqueue("cancelled");
                throw;
            }
            catch (ScopeTimeoutException timeout)
            {
                seen.Enqueue(timeout.Scope!.Name);
                outer.CancellationToken.ThrowIfCancellationRequested();
            }
        }, Named("outer"), caller.Token);

        _clock.Advance(s_second);

        // Both times have passed: the inner block gives way to the one around it, which throws its own.
        Assert.Equal("outer", (await Assert.ThrowsAsync<ScopeTimeoutException>(() => run).Within("the blocks end")).Scope!.Name);
        Assert.Equal(["cancelled"], seen);
        Assert.False(caller.IsCancellationRequested);
    }

    private static Task Never(TimeoutScope scope) => Task.Delay(Timeout.Infinite, scope.CancellationToken);

    /// <summary>A clock that does something in one of its members, once.</summary>
    private sealed class HookedClock : TimeProvider
    {
        private readonly ManualClock _clock = new();
        private string? _call;
        private Action? _action;

        public int Pending => _clock.Pending;

        public override long TimestampFrequency => _clock.TimestampFrequency;

        public void OnNext(string call, Action action) => (_call, _action) = (call, action);

        public void Advance(TimeSpan time) => _clock.Advance(time);

        public override long GetTimestamp()
        {
            Hook(nameof(GetTimestamp));
            return _clock.GetTimestamp();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Hook(nameof(CreateTimer));
            return new HookedTimer(this, _clock.CreateTimer(callback, state, dueTime, period));
        }

        private void Hook(string call)
        {
            if (call == _call && Interlocked.Exchange(ref _action, null) is { } action)
            {
                action();
            }
        }

        private sealed class HookedTimer(HookedClock clock, ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                clock.Hook(nameof(Change));
                return timer.Change(dueTime, period);
            }

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}
