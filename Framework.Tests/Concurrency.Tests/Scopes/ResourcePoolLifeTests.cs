using Concurrency.Diagnostics;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

/// <summary>Items that expire, break, take long to make, or are still there when the pool ends.</summary>
public sealed class ResourcePoolLifeTests
{
    private readonly ResourcePoolRig _rig = new();

    [Fact]
    public async Task EV33_IdleTooLong_IsClosedByATimerForTheEarliest()
    {
        await using var pool = _rig.Pool(3, o => o with { IdleTimeout = TimeSpan.FromSeconds(10) });
        var first = await pool.AcquireAsync();
        var second = await pool.AcquireAsync();
        await first.DisposeAsync();
        _rig.Clock.Advance(TimeSpan.FromSeconds(4));
        await second.DisposeAsync();

        _rig.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal([1], _rig.Closed);
        _rig.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal([1], _rig.Closed);
        _rig.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([1, 2], _rig.Closed);
        Assert.Equal((0, 3, 2L), (pool.Idle, pool.Free, pool.Statistics.Expired));
        await (await pool.AcquireAsync()).DisposeAsync();
        _rig.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([1, 2, 3], _rig.Closed);
    }

    [Fact]
    public async Task EV33_IdleTooLong_KeepsTheMinimum_ButNotBeyondTheMaximumAge()
    {
        await using var pool = _rig.Pool(3, o => o with
        {
            MinimumSize = 1,
            IdleTimeout = TimeSpan.FromSeconds(10),
            MaximumAge = TimeSpan.FromSeconds(60),
        });
        foreach (var lease in new[] { await pool.AcquireAsync(), await pool.AcquireAsync(), await pool.AcquireAsync() })
        {
            await lease.DisposeAsync();
        }

        _rig.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal([1, 2], _rig.Closed);
        _rig.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([1, 2, 3], _rig.Closed);
    }

    [Fact]
    public async Task EV33_TooOld_IsNotReturnedToThePool_NorHandedOut()
    {
        await using var pool = _rig.Pool(2, o => o with { MaximumAge = TimeSpan.FromSeconds(30) });
        var held = await pool.AcquireAsync();
        var idle = await pool.AcquireAsync();
        await idle.DisposeAsync();

        _rig.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal([2], _rig.Closed);
        await held.DisposeAsync();

        Assert.Equal([2, 1], _rig.Closed);
        await using var fresh = await pool.AcquireAsync();
        Assert.Equal(3, fresh.Value);
    }

    [Fact]
    public async Task EV33_ExpiredButTimerNotYetRun_IsSkipped()
    {
        var clock = new SilentClock();
        await using var pool = _rig.Pool(1, o => o with { TimeProvider = clock, IdleTimeout = TimeSpan.FromSeconds(10) });
        await (await pool.AcquireAsync()).DisposeAsync();

        clock.Advance(TimeSpan.FromSeconds(10));
        await using var fresh = await pool.AcquireAsync();

        Assert.Equal(2, fresh.Value);
        Assert.Equal([1], _rig.Closed);
        Assert.Equal(1, _rig.MostAlive);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EV33_ZeroIdleOrAge_ClosesOnReturn_AndWakesTheNext(bool idle)
    {
        await using var pool = _rig.Pool(1, o => idle ? o with { IdleTimeout = TimeSpan.Zero } : o with { MaximumAge = TimeSpan.Zero });
        var lease = await pool.AcquireAsync();
        var next = pool.AcquireAsync().AsTask();

        await lease.DisposeAsync();

        Assert.Equal([1], _rig.Closed);
        await using var fresh = await next.Within("next");
        Assert.Equal(2, fresh.Value);
    }

    [Fact]
    public async Task EV33_BrokenItems_AreSkippedAndClosed()
    {
        await using var pool = _rig.Pool(3, o => o with { Validate = (item, _) => item == 3 ? throw new IOException("ping") : ValueTask.FromResult(item == 1) });
        foreach (var lease in new[] { await pool.AcquireAsync(), await pool.AcquireAsync(), await pool.AcquireAsync() })
        {
            await lease.DisposeAsync();
        }

        await using var good = await pool.AcquireAsync();
        await using var made = await pool.AcquireAsync();

        Assert.Equal((1, 4), (good.Value, made.Value));
        Assert.Equal([3, 2], _rig.Closed);
        Assert.Equal("ping", Assert.Single(_rig.Logger.Errors).Message);
        Assert.Equal((2, 1), (pool.InUse, pool.Free));
    }

    [Fact]
    public async Task EV33_BrokenItem_TryAcquire_SkipsIt()
    {
        await using var pool = _rig.Pool(2, o => o with { Validate = (item, _) => ValueTask.FromResult(item == 1) });
        foreach (var lease in new[] { await pool.AcquireAsync(), await pool.AcquireAsync() })
        {
            await lease.DisposeAsync();
        }

        Assert.True(pool.TryAcquire(out var good));
        Assert.Equal(1, good.Value);
        Assert.Equal([2], _rig.Closed);
    }

    [Fact]
    public async Task EV33_ValidationTakesTime_TryAcquire_PassesItOver_AndItComesBack()
    {
        var answer = new TaskCompletionSource<bool>();
        await using var pool = _rig.Pool(1, o => o with { Validate = (_, _) => new ValueTask<bool>(answer.Task) });
        await (await pool.AcquireAsync()).DisposeAsync();
        Assert.False(pool.TryAcquire(out _));
        var waiting = pool.AcquireAsync().AsTask();

        answer.SetResult(true);

        Assert.Equal(1, (await waiting.Within("item")).Value);
    }

    [Fact]
    public async Task EV33_ValidationCancelled_ItemStaysInThePool()
    {
        using var source = new CancellationTokenSource();
        await using var pool = _rig.Pool(1, o => o with
        {
            Validate = async (_, token) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return true;
            },
        });
        await (await pool.AcquireAsync()).DisposeAsync();
        var wait = pool.AcquireAsync(source.Token).AsTask();

        source.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.Within("wait"));
        Assert.Equal((1, 0), (pool.Idle, pool.InUse));
    }

    [Fact]
    public async Task EV33_CreateTimeout_IsATypedError_AndThePlaceComesBackWithTheLateItem()
    {
        var late = new TaskCompletionSource<int>();
        await using var pool = _rig.Pool(1, o => o with { CreateTimeout = TimeSpan.FromSeconds(5), Factory = _ => new ValueTask<int>(late.Task) });
        var stuck = pool.AcquireAsync().AsTask();
        await _rig.Clock.TimersArmed(1).Within("timer");

        _rig.Clock.Advance(TimeSpan.FromSeconds(5));

        var error = await Assert.ThrowsAsync<ResourceCreateTimeoutException>(() => stuck.Within("timeout"));
        Assert.Contains("'rig' did not make an item within 00:00:05", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, pool.InUse);
        var next = pool.AcquireAsync().AsTask();
        late.SetResult(await _rig.MakeAsync(default));
        await using var lease = await next.Within("late item");
        Assert.Equal(1, lease.Value);
    }

    [Fact]
    public async Task EV33_CreateTimeout_AboveThatOfTimers_IsTaken()
    {
        foreach (var time in new[] { TimeSpan.FromDays(60), TimeSpan.MaxValue })
        {
            await using var pool = _rig.Pool(1, o => o with { CreateTimeout = time, TimeProvider = TimeProvider.System });
            await using (await pool.AcquireAsync().AsTask().Within("first"))
            {
                Assert.Equal(1, pool.InUse);
            }

            Assert.Equal((1, 0), (pool.Idle, pool.InUse));
        }
    }

    [Fact]
    public async Task EV33_CreateTimeout_ClockFails_ThePlaceIsFree()
    {
        var clock = new FailingClock();
        await using var pool = _rig.Pool(1, o => o with { CreateTimeout = TimeSpan.FromSeconds(5), TimeProvider = clock });
        clock.Fails = true;
        await Assert.ThrowsAsync<IOException>(() => pool.AcquireAsync().AsTask().Within("no timer"));
        clock.Fails = false;

        await using var lease = await pool.AcquireAsync().AsTask().Within("its place");
        Assert.Equal(1, pool.InUse);
    }

    private sealed class FailingClock : TimeProvider
    {
        public bool Fails { get; set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            Fails ? throw new IOException("no timer") : base.CreateTimer(callback, state, dueTime, period);
    }

    [Fact]
    public async Task EV33_CreationCancelled_LateFailureIsLogged_AndThePlaceIsFree()
    {
        var late = new TaskCompletionSource<int>();
        using var source = new CancellationTokenSource();
        await using var pool = _rig.Pool(1, o => o with { Factory = token => late.Task.IsCompleted ? _rig.MakeAsync(token) : new ValueTask<int>(late.Task) });
        var cancelled = pool.AcquireAsync(source.Token).AsTask();
        var next = pool.AcquireAsync().AsTask();

        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Within("cancelled"));
        late.SetException(new IOException("too late"));

        await using var lease = await next.Within("next");
        await _rig.Logger.Written.Within("log");
        Assert.Equal("too late", Assert.Single(_rig.Logger.Errors).Message);
    }

    [Fact]
    public async Task EV33_ResetFails_ClosesTheItem_AndFreesThePlace()
    {
        await using var pool = _rig.Pool(1, o => o with { Reset = item => item == 1 ? throw new IOException("rollback") : default });
        var lease = await pool.AcquireAsync();
        var next = pool.AcquireAsync().AsTask();

        await lease.DisposeAsync();

        Assert.Equal([1], _rig.Closed);
        Assert.Equal("rollback", Assert.Single(_rig.Logger.Errors).Message);
        await using var fresh = await next.Within("next");
        Assert.Equal(2, fresh.Value);
    }

    [Fact]
    public async Task EV33_Reset_CanBeReplacedForOneReturn()
    {
        var log = new List<string>();
        await using var pool = _rig.Pool(1, o => o with { Reset = _ => { log.Add("rollback"); return default; } });

        await (await pool.AcquireAsync()).DisposeAsync();
        await (await pool.AcquireAsync()).ReturnAsync(_ => { log.Add("commit"); return default; });
        await (await pool.AcquireAsync()).ReturnAsync(null);

        Assert.Equal(["rollback", "commit"], log);
        Assert.Equal(1, pool.Idle);
    }

    [Fact]
    public async Task EV33_CloseFails_IsLogged_AndThePlaceIsFree()
    {
        await using var pool = _rig.Pool(1, o => o with { Close = _ => throw new IOException("close") });
        var lease = await pool.AcquireAsync();
        lease.Discard();

        await lease.DisposeAsync();

        Assert.Equal("close", Assert.Single(_rig.Logger.Errors).Message);
        Assert.Equal(1, pool.Free);
    }

    [Fact]
    public async Task EV33_Close_PlaceStaysTakenUntilTheItemIsClosed()
    {
        var closed = new TaskCompletionSource();
        await using var pool = _rig.Pool(1, o => o with { Close = async item => { await closed.Task; await _rig.CloseAsync(item); } });
        var lease = await pool.AcquireAsync();
        lease.Discard();
        var returning = lease.DisposeAsync().AsTask();
        var next = pool.AcquireAsync().AsTask();
        Assert.Equal((1, 1), (pool.InUse, pool.Waiting));

        closed.SetResult();

        await returning.Within("closed");
        await (await next.Within("next")).DisposeAsync();
        Assert.Equal(1, _rig.MostAlive);
    }

    [Fact]
    public async Task EV33_Clear_ClosesIdleItemsOnly()
    {
        await using var pool = _rig.Pool(2);
        var idle = await pool.AcquireAsync();
        await using var held = await pool.AcquireAsync();
        await idle.DisposeAsync();

        await pool.ClearAsync();

        Assert.Equal([1], _rig.Closed);
        Assert.Equal((0, 1), (pool.Idle, pool.InUse));
    }

    [Fact]
    public async Task EV33_Items_AreDisposedByThemselves_WhenNoCloseIsGiven()
    {
        var disposed = new List<string>();
        var pool = new ResourcePool<object>(new ResourcePoolOptions<object>
        {
            Factory = _ => ValueTask.FromResult<object>(disposed.Count == 0 ? new Disposable(disposed) : new AsyncDisposable(disposed)),
        });
        var first = await pool.AcquireAsync();
        first.Discard();
        await first.DisposeAsync();
        await (await pool.AcquireAsync()).DisposeAsync();

        await pool.DisposeAsync();

        Assert.Equal(["sync", "async"], disposed);
    }

    [Fact]
    public async Task EV33_Dispose_RefusesWaiters_ClosesIdle_AndLeasesWhenTheyReturn()
    {
        var pool = _rig.Pool(2);
        var held = await pool.AcquireAsync();
        var idle = await pool.AcquireAsync();
        var waiting = pool.AcquireAsync().AsTask();
        await idle.DisposeAsync();
        await (await waiting.Within("handed over")).DisposeAsync();
        var other = await pool.AcquireAsync();
        var refused = pool.AcquireAsync().AsTask();

        await pool.DisposeAsync();
        await pool.DisposeAsync();

        var error = await Assert.ThrowsAsync<ObjectDisposedException>(() => refused.Within("refused"));
        Assert.Contains("'rig' was disposed", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, held.Value);
        await held.DisposeAsync();
        other.Dispose();
        Assert.Equal(0, _rig.Alive);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pool.AcquireAsync().AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pool.PrepareAsync());
        Assert.Throws<ObjectDisposedException>(() => pool.Resize(3));
        Assert.False(pool.TryAcquire(out _));
    }

    [Fact]
    public async Task EV33_Dispose_WhileAnItemIsMade_CancelsIt_AndClosesWhatComesLate()
    {
        var late = new TaskCompletionSource<int>();
        var closed = new TaskCompletionSource<int>();
        var pool = _rig.Pool(1, o => o with
        {
            Factory = _ => new ValueTask<int>(late.Task),
            Close = item => { closed.SetResult(item); return default; },
        });
        var making = pool.AcquireAsync().AsTask();

        await pool.DisposeAsync().Within("dispose");

        await Assert.ThrowsAsync<ObjectDisposedException>(() => making.Within("making"));
        late.SetResult(7);
        Assert.Equal(7, await closed.Task.Within("closed"));
    }

    [Fact]
    public async Task Pool_FromConstructionToDisposal_IsShownBySnapshots()
    {
        var pool = _rig.Pool(2);
        await using (await pool.AcquireAsync())
        {
            var details = new LiveDetails();
            var shown = Assert.Single(LiveObjects.Current, live => ReferenceEquals(live, pool));
            shown.Describe(details);
            Assert.Equal(("pool", "rig"), (shown.Kind, shown.Name));
            Assert.Contains(KeyValuePair.Create("in-use", "1"), details.Values);
        }

        await pool.DisposeAsync();

        Assert.DoesNotContain(LiveObjects.Current, live => ReferenceEquals(live, pool));
    }

    /// <summary>A clock whose timers never fire: what they are for must hold without them.</summary>
    private sealed class SilentClock : TimeProvider
    {
        private readonly ManualClock _inner = new();

        public override long TimestampFrequency => _inner.TimestampFrequency;

        public override long GetTimestamp() => _inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new ManualClock().CreateTimer(callback, state, dueTime, period);

        public void Advance(TimeSpan time) => _inner.Advance(time);
    }

    private sealed class Disposable(List<string> log) : IDisposable
    {
        public void Dispose() => log.Add("sync");
    }

    private sealed class AsyncDisposable(List<string> log) : IAsyncDisposable, IDisposable
    {
        public void Dispose() => log.Add("wrong");

        public ValueTask DisposeAsync()
        {
            log.Add("async");
            return default;
        }
    }
}
