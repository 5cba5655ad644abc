using System.Collections.Concurrent;
using Concurrency.Coordination;
using Concurrency.Tests.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Coordination;

/// <summary>Locks that are held for long while somebody waits. The watch is one per process, so nothing else runs meanwhile.</summary>
[Collection(RunsAlone.Name)]
public sealed class LockWatchTests : IClassFixture<MachineLock>
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(8);

    private readonly ManualClock _clock = new();
    private readonly ConcurrentQueue<LockReport> _reports = [];
    private readonly ListLogger _log = new();

    public static TheoryData<string, string> Kinds => new()
    {
        { "lock", "AsyncLock" },
        { "lock, blocking", "AsyncLock" },
        { "monitor", "AsyncLock" },
        { "semaphore", "AsyncSemaphore" },
        { "writer", "AsyncReaderWriterLock" },
        { "reader", "AsyncReaderWriterLock" },
        { "upgradeable", "AsyncReaderWriterLock" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AS6_LockHeldWhileSomebodyWaits_IsReportedOnceWithItsHolder(string which, string kind)
    {
        using var watch = Enable(recordStacks: true);
        var ask = Make(which);
        var first = await HoldAsync(ask).Within("the first");
        var second = ask(true).AsTask();
        var third = ask(true).AsTask();

        _clock.Advance(s_limit - TimeSpan.FromSeconds(1));
        Assert.Empty(_reports);
        _clock.Advance(s_limit * 3);

        var report = Assert.Single(_reports);
        Assert.Equal(kind, report.Kind);
        Assert.Equal(2, report.Waiters);
        Assert.Equal(s_limit, report.HeldFor);
        Assert.Contains(nameof(HoldAsync), Assert.Single(report.Holders), StringComparison.Ordinal);
        Assert.Contains($"An {kind} has been held for {s_limit}, and 2 wait for it.", Assert.Single(_log.Messages), StringComparison.Ordinal);
        Assert.Contains(nameof(HoldAsync), _log.Messages[0], StringComparison.Ordinal);

        first.Dispose();
        (await second.Within("the second")).Dispose();
        (await third.Within("the third")).Dispose();
    }

    [Fact]
    public async Task AS6_LockThatChangesHands_IsNotReported()
    {
        using var watch = Enable();
        var mutex = new AsyncLock();
        var holder = await mutex.LockAsync();
        var waiting = Enumerable.Range(0, 5).Select(_ => mutex.LockAsync().AsTask()).ToArray();
        foreach (var next in waiting)
        {
            _clock.Advance(s_limit / 2);
            holder.Dispose();
            holder = await next.Within("the next");
        }

        _clock.Advance(s_limit * 2);
        holder.Dispose();

        Assert.Empty(_reports);
    }

    [Fact]
    public async Task AS6_LockNobodyWaitsFor_IsNotLookedAt()
    {
        using var watch = Enable();
        var mutex = new AsyncLock();
        using var cancelled = new CancellationTokenSource();
        using var holder = await mutex.LockAsync();
        _clock.Advance(s_limit * 2);
        var waiting = mutex.LockAsync(cancelled.Token).AsTask();
        _clock.Advance(s_limit / 2);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Within("the cancelled wait"));
        _clock.Advance(s_limit * 2);
        Assert.Empty(_reports);

        _ = mutex.LockAsync().AsTask();
        _clock.Advance(s_limit);

        Assert.Equal("LockWatchOptions.RecordStacks shows who.", Assert.Single(_log.Messages)[^"LockWatchOptions.RecordStacks shows who.".Length..]);
        Assert.Empty(Assert.Single(_reports).Holders);
    }

    [Fact]
    public async Task AS6_NextHolderThatIsAsSlow_IsReportedToo()
    {
        using var watch = Enable(recordStacks: true);
        var mutex = new AsyncLock();
        var first = await mutex.LockAsync();
        var second = mutex.LockAsync().AsTask();
        var third = mutex.LockAsync().AsTask();
        _clock.Advance(s_limit);
        first.Dispose();
        using var held = await second.Within("the second");
        _clock.Advance(s_limit * 2);

        Assert.Equal([2, 1], _reports.Select(report => report.Waiters));
        held.Dispose();
        (await third.Within("the third")).Dispose();
    }

    [Fact]
    public async Task AS6_SemaphoreAsASignal_IsNotReported()
    {
        using var watch = Enable();
        var signal = new AsyncSemaphore(0);
        var waiting = signal.WaitAsync();
        _clock.Advance(s_limit * 3);
        Assert.Empty(_reports);

        var locked = signal.LockAsync().AsTask();
        _clock.Advance(s_limit * 3);

        Assert.Equal(2, Assert.Single(_reports).Waiters);
        signal.Release(2);
        await waiting.Within("the signal");
        (await locked.Within("the lock")).Dispose();
    }

    [Fact]
    public async Task AS6_NotifiedWaiterOfACondition_WhoDoesNotGetTheLock_IsReported()
    {
        using var watch = Enable();
        var monitor = new AsyncMonitor();
        var key = await monitor.EnterAsync();
        var waiting = monitor.WaitAsync();
        key.Dispose();
        var holder = await monitor.EnterAsync();
        _clock.Advance(s_limit * 2);
        Assert.Empty(_reports);

        monitor.Pulse();
        _clock.Advance(s_limit * 2);

        Assert.Equal(1, Assert.Single(_reports).Waiters);
        holder.Dispose();
        await waiting.Within("the notified one");
    }

    [Fact]
    public async Task AS6_CallbackThatThrows_IsLoggedAndTheWatchGoesOn()
    {
        using var watch = LockWatch.Enable(new LockWatchOptions
        {
            Limit = s_limit,
            TimeProvider = _clock,
            Logger = _log,
            OnReport = static _ => throw new InvalidTimeZoneException(),
        });
        for (var round = 1; round <= 2; round++)
        {
            var mutex = new AsyncLock();
            using var holder = await mutex.LockAsync();
            _ = mutex.LockAsync().AsTask();
            _clock.Advance(s_limit);

            Assert.Equal(round, _log.Errors.OfType<InvalidTimeZoneException>().Count());
        }
    }

    [Fact]
    public async Task AS6_WatchThatHasEnded_ReportsNothing()
    {
        var mutex = new AsyncLock();
        using var holder = await mutex.LockAsync();
        using (Enable())
        {
            _ = mutex.LockAsync().AsTask();
            Assert.True(LockWatch.IsEnabled, "It is on.");
            var again = Assert.Throws<InvalidOperationException>(() => Enable());
            Assert.Contains("watched already, with a limit of 00:00:08", again.Message, StringComparison.Ordinal);
        }

        Assert.False(LockWatch.IsEnabled, "It is off.");
        _clock.Advance(s_limit * 2);
        Assert.Empty(_reports);
    }

    [Fact]
    public void AS6_OptionsThatMakeNoSense_AreRefused()
    {
        Assert.Throws<ArgumentNullException>(() => LockWatch.Enable(null!));
        Assert.Throws<ArgumentException>(() => LockWatch.Enable(new LockWatchOptions()));
        var zero = Assert.Throws<ArgumentOutOfRangeException>(() => LockWatch.Enable(new LockWatchOptions { Limit = TimeSpan.Zero, Logger = _log }));
        Assert.Contains("The limit was 00:00:00. Give a time from 1 ms to 1 day.", zero.Message, StringComparison.Ordinal);
        Assert.False(LockWatch.IsEnabled, "Nothing was turned on.");
    }

    [Fact]
    public async Task AS6_LocksUnderAStorm_StayLocksWhileTheyAreWatched()
    {
        const int Rounds = 20_000;
        using var watch = LockWatch.Enable(new LockWatchOptions { Limit = TimeSpan.FromMilliseconds(1), RecordStacks = false, OnReport = _reports.Enqueue });
        var mutex = new AsyncLock();
        var semaphore = new AsyncSemaphore(1);
        var readers = new AsyncReaderWriterLock();
        var counts = new int[3];
        var workers = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            async () =>
            {
                for (var round = 0; round < Rounds; round++)
                {
                    using (await mutex.LockAsync())
                    {
                        counts[0]++;
                    }

                    using (await semaphore.LockAsync())
                    {
                        counts[1]++;
                    }

                    using (await readers.WriterLockAsync())
                    {
                        counts[2]++;
                    }
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()).ToArray();

        await Task.WhenAll(workers).Within("the storm");

        Assert.All(counts, static count => Assert.Equal(4 * Rounds, count));
    }

    private static async Task<IDisposable> HoldAsync(Func<bool, AwaitableDisposable<IDisposable>> ask) => await ask(false);

    /// <summary>Makes a lock and says how to ask for it: as the one who holds it, or as one who waits.</summary>
    private static Func<bool, AwaitableDisposable<IDisposable>> Make(string which)
    {
        var mutex = new AsyncLock();
        var monitor = new AsyncMonitor();
        var semaphore = new AsyncSemaphore(1);
        var readers = new AsyncReaderWriterLock();
        return which switch
        {
            "lock" => _ => mutex.LockAsync(),
            "lock, blocking" => waits => waits ? mutex.LockAsync() : new(Task.FromResult(mutex.Lock())),
            "monitor" => _ => monitor.EnterAsync(),
            "semaphore" => _ => semaphore.LockAsync(),
            "writer" => waits => waits ? readers.ReaderLockAsync() : readers.WriterLockAsync(),
            "reader" => waits => waits ? readers.WriterLockAsync() : readers.ReaderLockAsync(),
            _ => waits => waits ? readers.WriterLockAsync() : new(Task.FromResult<IDisposable>(readers.UpgradeableReaderLock())),
        };
    }

    private IDisposable Enable(bool recordStacks = false) => LockWatch.Enable(new LockWatchOptions
    {
        Limit = s_limit,
        RecordStacks = recordStacks,
        TimeProvider = _clock,
        Logger = _log,
        OnReport = _reports.Enqueue,
    });
}
