using Concurrency.Coordination;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Coordination;

/// <summary>Waits of limited length: what was not granted in time has left its queue and has taken nothing.</summary>
public sealed class LockTimeoutTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();

    [Fact]
    public async Task OC1_NamedLock_NotFreeInTime_IsATypedError()
    {
        var locks = new NamedLocks(new NamedLocksOptions { Prefix = "app-", TimeProvider = _clock });
        using var held = locks.Lock("disk");
        var attempt = locks.TryLockAsync("disk", s_second);
        var wait = locks.LockAsync("disk", s_second).AsTask();

        _clock.Advance(s_second);

        Assert.Null(await attempt.Within("try"));
        var error = await Assert.ThrowsAsync<LockNotAcquiredException>(() => wait.Within("lock"));
        Assert.Equal("app-disk", error.Name);
        Assert.Equal("The lock 'app-disk' was not free within 00:00:01. Look at who holds it, or wait longer.", error.Message);
        held.Dispose();
        Assert.Equal(0, locks.Count);
        using var key = await locks.LockAsync("disk", TimeSpan.Zero);
        await Assert.ThrowsAsync<LockNotAcquiredException>(async () => await locks.LockAsync("disk", TimeSpan.Zero));
    }

    [Fact]
    public async Task OC1_Timeout_CancelledByTheCaller_IsNoTimeout()
    {
        var locks = new NamedLocks();
        using var source = new CancellationTokenSource();
        using var held = locks.Lock("disk");
        var wait = locks.TryLockAsync("disk", TimeSpan.FromHours(1), source.Token);

        source.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.Within("wait"));
    }

    [Fact]
    public async Task OC2_EveryLock_CanBeWaitedForInTime()
    {
        var mutex = new AsyncLock();
        var monitor = new AsyncMonitor();
        var shared = new AsyncReaderWriterLock();
        Func<Task<IDisposable?>>[] locks =
        [
            () => mutex.TryLockAsync(s_second, _clock),
            () => monitor.TryEnterAsync(s_second, _clock),
            () => shared.TryWriterLockAsync(s_second, _clock),
        ];

        foreach (var tryAsync in locks)
        {
            var held = await tryAsync();
            var late = tryAsync();
            _clock.Advance(s_second);
            Assert.Null(await late.Within("late"));
            held!.Dispose();
            (await tryAsync())!.Dispose();
        }

        using var reader = await shared.TryReaderLockAsync(s_second, _clock);
        var writer = shared.TryWriterLockAsync(s_second, _clock);
        var behind = shared.TryReaderLockAsync(TimeSpan.FromSeconds(2), _clock);
        _clock.Advance(s_second);
        Assert.Null(await writer.Within("writer"));
        using var second = await behind.Within("the reader behind the writer that has given up");
        Assert.NotNull(second);
    }

    [Fact]
    public async Task OC2_EverySignal_CanBeWaitedForInTime()
    {
        var semaphore = new AsyncSemaphore(0);
        var capped = new CappedSemaphore(0, 5);
        var one = new AsyncAutoResetEvent();
        var all = new AsyncManualResetEvent();
        (Func<Task<bool>> Wait, Action Give)[] signals =
        [
            (() => semaphore.TryWaitAsync(s_second, _clock), semaphore.Release),
            (() => capped.TryWaitAsync(s_second, _clock), () => Assert.True(capped.TryRelease())),
            (() => one.TryWaitAsync(s_second, _clock), one.Set),
            (() => all.TryWaitAsync(s_second, _clock), all.Set),
        ];

        foreach (var (waitAsync, give) in signals)
        {
            var late = waitAsync();
            _clock.Advance(s_second);
            Assert.False(await late.Within("late"));
            give();
            Assert.True(await waitAsync().Within("in time"));
        }

        Assert.Equal((0, 0), (semaphore.CurrentCount, capped.CurrentCount));
    }
}
