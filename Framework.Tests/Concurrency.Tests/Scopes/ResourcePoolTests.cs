using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

public sealed class ResourcePoolTests
{
    private readonly ResourcePoolRig _rig = new();

    [Fact]
    public async Task EV30_Acquire_MakesUpToTheMaximum_AndReusesWhatWasReturned()
    {
        await using var pool = _rig.Pool(2);
        var first = await pool.AcquireAsync();
        await using var second = await pool.AcquireAsync();
        Assert.Equal((1, 2), (first.Value, second.Value));

        await first.DisposeAsync();
        await using var third = await pool.AcquireAsync();

        Assert.Equal(1, third.Value);
        Assert.Equal(2, _rig.Made);
    }

    [Fact]
    public async Task EV30_Minimum_IsMadeByPrepare_OrBehindTheFirstAcquisition()
    {
        await using var prepared = _rig.Pool(4, o => o with { MinimumSize = 3 });
        Assert.Equal(0, prepared.Idle);
        await prepared.PrepareAsync();
        Assert.Equal(3, prepared.Idle);

        await using var used = _rig.Pool(4, o => o with { MinimumSize = 3 });
        await using var lease = await used.AcquireAsync();
        Assert.Equal((2, 1), (used.Idle, used.InUse));
    }

    [Fact]
    public async Task EV30_MinimumFails_IsLogged_AndTheAcquisitionSucceeds()
    {
        var made = 0;
        await using var pool = _rig.Pool(4, o => o with
        {
            MinimumSize = 2,
            Factory = token => ++made == 2 ? throw new IOException("refused") : _rig.MakeAsync(token),
        });

        await using var lease = await pool.AcquireAsync();

        Assert.Equal("refused", Assert.Single(_rig.Logger.Errors).Message);
        Assert.Equal((0, 1), (pool.Idle, pool.InUse));
    }

    [Fact]
    public async Task EV30_Exhausted_WaitsInOrder_AndReturnedItemsAreHandedOver()
    {
        await using var pool = _rig.Pool(1);
        var held = await pool.AcquireAsync();
        var first = pool.AcquireAsync().AsTask();
        var second = pool.AcquireAsync().AsTask();
        Assert.Equal((2, 0), (pool.Waiting, pool.Free));

        await held.DisposeAsync();
        var next = await first.Within("first");
        Assert.False(second.IsCompleted);
        Assert.Equal(0, pool.Idle);
        await next.DisposeAsync();
        await (await second.Within("second")).DisposeAsync();

        Assert.Equal(1, _rig.Made);
        Assert.Equal((0, 1), (pool.Waiting, pool.Free));
    }

    [Fact]
    public async Task EV30_CancelledWaiter_LosesNothing_AndTheNextIsServed()
    {
        await using var pool = _rig.Pool(1);
        using var source = new CancellationTokenSource();
        var held = await pool.AcquireAsync();
        var cancelled = pool.AcquireAsync(source.Token).AsTask();
        var next = pool.AcquireAsync().AsTask();

        source.Cancel();
        await held.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Within("cancelled"));
        await using var lease = await next.Within("next");
        Assert.Equal(1, lease.Value);
    }

    [Fact]
    public async Task EV30_CancelledAlready_TakesOnlyWhatIsIdle()
    {
        await using var pool = _rig.Pool(1);
        var cancelled = new CancellationToken(true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pool.AcquireAsync(cancelled).AsTask());
        Assert.Equal((0, 1), (_rig.Made, pool.Free));

        await (await pool.AcquireAsync()).DisposeAsync();
        await (await pool.AcquireAsync(cancelled)).DisposeAsync();
    }

    [Fact]
    public async Task EV30_Timeout_SaysWhoHasTheItems_AndTakesNone()
    {
        await using var pool = _rig.Pool(1);
        var held = await pool.AcquireAsync();
        var late = pool.AcquireAsync(TimeSpan.FromSeconds(2)).AsTask();
        await Assert.ThrowsAsync<TimeoutException>(() => pool.AcquireAsync(TimeSpan.Zero).AsTask());

        _rig.Clock.Advance(TimeSpan.FromSeconds(2));

        var error = await Assert.ThrowsAsync<TimeoutException>(() => late.Within("timeout"));
        Assert.Contains("'rig' had no item within 00:00:02: 1 of 1 are in use", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, pool.Waiting);
        await held.DisposeAsync();
        await using var lease = await pool.AcquireAsync(TimeSpan.Zero);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => pool.AcquireAsync(TimeSpan.FromSeconds(-3)).AsTask());
    }

    [Fact]
    public async Task EV30_TimeoutOfOneCaller_IsNotTheCancellationOfAnother()
    {
        await using var pool = _rig.Pool(1);
        using var source = new CancellationTokenSource();
        await using var held = await pool.AcquireAsync();
        var wait = pool.AcquireAsync(TimeSpan.FromSeconds(2), source.Token).AsTask();

        source.Cancel();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.Within("wait"));
        Assert.Equal(source.Token, error.CancellationToken);
    }

    [Fact]
    public async Task EV30_FactoryFails_GivesThePlaceBack_AndWakesTheNext()
    {
        var entered = new TaskCompletionSource();
        var fail = new TaskCompletionSource<int>();
        var made = 0;
        await using var pool = _rig.Pool(1, o => o with
        {
            Factory = token =>
            {
                if (++made > 1)
                {
                    return _rig.MakeAsync(token);
                }

                entered.SetResult();
                return new ValueTask<int>(fail.Task);
            },
        });
        var failing = pool.AcquireAsync().AsTask();
        await entered.Task.Within("factory");
        var next = pool.AcquireAsync().AsTask();
        Assert.Equal(1, pool.Waiting);

        fail.SetException(new IOException("refused"));

        await Assert.ThrowsAsync<IOException>(() => failing.Within("failure"));
        await using var lease = await next.Within("next");
        Assert.Equal(1, pool.Statistics.FailedCreations);
    }

    [Fact]
    public async Task EV30_FactoryThrowsAtOnce_LeavesAllPlacesFree()
    {
        await using var pool = _rig.Pool(1);
        _rig.FailNext = new IOException("refused");

        await Assert.ThrowsAsync<IOException>(() => pool.AcquireAsync().AsTask());

        Assert.Equal(1, pool.Free);
        await using var lease = await pool.AcquireAsync();
    }

    [Fact]
    public async Task EV30_Order_LifoTakesTheLastReturned_FifoTheFirst()
    {
        Assert.Equal("321", await OrderOf(ResourcePoolOrder.Lifo));
        Assert.Equal("456", await OrderOf(ResourcePoolOrder.Fifo));

        async Task<string> OrderOf(ResourcePoolOrder order)
        {
            await using var pool = _rig.Pool(3, o => o with { Order = order });
            var leases = new[] { await pool.AcquireAsync(), await pool.AcquireAsync(), await pool.AcquireAsync() };
            foreach (var lease in leases)
            {
                await lease.DisposeAsync();
            }

            return $"{(await pool.AcquireAsync()).Value}{(await pool.AcquireAsync()).Value}{(await pool.AcquireAsync()).Value}";
        }
    }

    [Fact]
    public async Task EV31_Shrunk_ReturnedItemIsClosed_NotKept()
    {
        await using var pool = _rig.Pool(2);
        var first = await pool.AcquireAsync();
        var second = await pool.AcquireAsync();

        pool.Resize(1);
        Assert.Equal(-1, pool.Free);
        await first.DisposeAsync();
        Assert.Equal([1], _rig.Closed);
        await second.DisposeAsync();

        Assert.Equal((1, 1), (pool.Idle, pool.Free));
    }

    [Fact]
    public async Task EV32_Resize_Upwards_WakesWaiters()
    {
        await using var pool = _rig.Pool(1);
        await using var held = await pool.AcquireAsync();
        var waits = new[] { pool.AcquireAsync().AsTask(), pool.AcquireAsync().AsTask(), pool.AcquireAsync().AsTask() };

        pool.Resize(3);

        await using var first = await waits[0].Within("first");
        await using var second = await waits[1].Within("second");
        Assert.False(waits[2].IsCompleted);
        Assert.Equal((1, 3), (pool.Waiting, pool.MaximumSize));
        await first.DisposeAsync();
        await (await waits[2].Within("third")).DisposeAsync();
    }

    [Fact]
    public async Task EV32_Resize_Downwards_ClosesIdleItemsThatAreTooMany()
    {
        await using var pool = _rig.Pool(3);
        foreach (var lease in new[] { await pool.AcquireAsync(), await pool.AcquireAsync(), await pool.AcquireAsync() })
        {
            await lease.DisposeAsync();
        }

        pool.Resize(1);

        Assert.Equal([1, 2], _rig.Closed);
        Assert.Equal((1, 1), (pool.Idle, pool.Free));
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Resize(0));
    }

    [Fact]
    public async Task EV32_Lease_IsReturnedAfterAFailure_AndOnlyOnce()
    {
        await using var pool = _rig.Pool(2);
        ResourceLease<int>? kept = null;
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            await using var lease = kept = await pool.AcquireAsync();
            throw new IOException("body");
        });

        await kept!.DisposeAsync();
        kept.Dispose();

        Assert.Equal((1, 0), (pool.Idle, pool.InUse));
        Assert.True(kept.IsReturned);
        var error = Assert.Throws<ObjectDisposedException>(() => kept.Value);
        Assert.Contains("'rig' was used after it had been returned", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EV32_Discarded_IsClosedWithoutReset_AndThePlaceIsFree()
    {
        var resets = 0;
        await using var pool = _rig.Pool(1, o => o with { Reset = _ => { resets++; return default; } });
        var lease = await pool.AcquireAsync();
        var next = pool.AcquireAsync().AsTask();
        lease.Discard();
        Assert.Equal(1, lease.Value);

        await lease.DisposeAsync();

        Assert.Equal([1], _rig.Closed);
        Assert.Equal(2, (await next.Within("next")).Value);
        Assert.Equal(0, resets);
    }

    [Fact]
    public async Task EV32_TryAcquire_TakesOnlyIdleItems()
    {
        await using var pool = _rig.Pool(2);
        Assert.False(pool.TryAcquire(out _));
        await (await pool.AcquireAsync()).DisposeAsync();

        Assert.True(pool.TryAcquire(out var lease));
        Assert.False(pool.TryAcquire(out _));
        lease.Dispose();

        Assert.Equal(1, pool.Idle);
    }

    [Fact]
    public async Task EV32_Statistics_AddUp()
    {
        await using var pool = _rig.Pool(2);
        var first = await pool.AcquireAsync();
        await using var second = await pool.AcquireAsync();
        first.Discard();
        await first.DisposeAsync();

        Assert.Equal(
            new ResourcePoolStatistics { MaximumSize = 2, Size = 1, InUse = 1, Acquired = 2, Created = 2, Closed = 1 },
            pool.Statistics);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 3)]
    [InlineData(2, -1)]
    public void EV30_SizesOutOfRange_AreRefused(int maximum, int minimum) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _rig.Pool(maximum, o => o with { MinimumSize = minimum }));

    [Fact]
    public void EV33_TimesOutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _rig.Pool(1, o => o with { CreateTimeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _rig.Pool(1, o => o with { IdleTimeout = TimeSpan.FromSeconds(-5) }));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => _rig.Pool(1, o => o with { MaximumAge = TimeSpan.FromSeconds(-5) }));
        Assert.Contains("'rig' cannot have a MaximumAge of -00:00:05", error.Message, StringComparison.Ordinal);
    }
}
