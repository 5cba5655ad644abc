using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Interop;
using Concurrency.Scopes;
using Concurrency.TestSupport;
using Microsoft.Win32.SafeHandles;

namespace Concurrency.Tests.Executors;

public abstract partial class ExecutorConformance
{
    [Fact]
    public Task EV101_TaskDelay_OnTheExecutorsClock_ComesBack() => With(async executor =>
    {
        var before = TimeProvider.System.GetTimestamp();
        var current = await executor.RunAsync(async token =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(15), executor.TimeProvider, token);
            return Executor.Current;
        }).Within("delay");

        Assert.Same(executor, current);
        Assert.True(TimeProvider.System.GetElapsedTime(before) >= TimeSpan.FromMilliseconds(14));
    });

    [Fact]
    public async Task A7_9_Timers_OnAForeignClock_FireInOrderAsTurns()
    {
        var clock = new ManualClock();
        await With(
            async executor =>
            {
                var fired = new List<int>();
                var onExecutor = true;
                var timers = new[] { 30, 10, 20, 10 }.Select((milliseconds, index) => executor.TimeProvider.CreateTimer(
                    _ =>
                    {
                        onExecutor &= executor.IsCurrent;
                        fired.Add((milliseconds * 10) + index);
                    },
                    null,
                    TimeSpan.FromMilliseconds(milliseconds),
                    Timeout.InfiniteTimeSpan)).ToArray();

                if (IsSingleThreaded)
                {
                    clock.Advance(TimeSpan.FromMilliseconds(40));
                    await FlushAsync(executor);
                    Assert.Equal([101, 103, 202, 300], fired);
                    Assert.Equal(IsInline, !onExecutor);
                }

                foreach (var timer in timers)
                {
                    await timer.DisposeAsync().Within("timer dispose");
                }
            },
            new ExecutorOptions { TimeProvider = clock });
    }

    [Fact]
    public Task A7_9_Timers_OnTheSystemClock_FireInOrderAsTurns() => With(async executor =>
    {
        if (!OwnsTimers)
        {
            return;
        }

        var fired = new List<int>();
        var last = Signal();
        await executor.InvokeAsync(() =>
        {
            foreach (var milliseconds in new[] { 24, 8, 16, 8, 0 })
            {
                var timer = executor.TimeProvider.CreateTimer(
                    _ =>
                    {
                        Assert.True(executor.IsCurrent);
                        fired.Add(milliseconds);
                        if (milliseconds == 24)
                        {
                            last.SetResult();
                        }
                    },
                    null,
                    TimeSpan.FromMilliseconds(milliseconds),
                    Timeout.InfiniteTimeSpan);
                GC.KeepAlive(timer);
            }
        }).Within("create");

        await last.Task.Within("last timer");

        Assert.Equal([0, 8, 8, 16, 24], fired);
    });

    [Fact]
    public Task Timer_CreatedFromOutside_WakesTheLoopInTime() => With(async executor =>
    {
        // A long timer first, so that the loop sleeps longer than the second one.
        using var far = executor.TimeProvider.CreateTimer(_ => { }, null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        await FlushAsync(executor);
        var fired = Signal();

        using var near = executor.TimeProvider.CreateTimer(_ => fired.SetResult(), null, TimeSpan.FromMilliseconds(5), Timeout.InfiniteTimeSpan);

        await fired.Task.Within("near timer");
    });

    [Fact]
    public Task Timer_Periodic_TicksUntilDisposed() => With(async executor =>
    {
        var ticks = 0;
        var third = Signal();
        var timer = executor.TimeProvider.CreateTimer(
            _ =>
            {
                if (Interlocked.Increment(ref ticks) == 3)
                {
                    third.SetResult();
                }
            },
            null,
            TimeSpan.FromMilliseconds(1),
            TimeSpan.FromMilliseconds(1));
        await third.Task.Within("third tick");

        await timer.DisposeAsync().Within("dispose");
        var atDisposal = Volatile.Read(ref ticks);
        await FlushAsync(executor);

        Assert.Equal(atDisposal, Volatile.Read(ref ticks));
        Assert.False(timer.Change(TimeSpan.Zero, TimeSpan.Zero) && OwnsTimers);
    });

    [Fact]
    public Task Timer_Callback_SeesTheAsyncLocalsOfItsCreator() => With(async executor =>
    {
        var local = new AsyncLocal<string?> { Value = "creator" };
        var seen = new TaskCompletionSource<string?>();

        using var timer = executor.TimeProvider.CreateTimer(_ => seen.SetResult(local.Value), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);

        Assert.Equal("creator", await seen.Task.Within("timer"));
    });

    [Fact]
    public Task EV102_WatchDescriptor_CompletesOnceForEachEdge() => With(async executor =>
    {
        using var handle = OpenEvent();
        using var readiness = executor.WatchDescriptor(handle);
        var current = await executor.RunAsync(async token =>
        {
            Executor? seen = null;
            for (var round = 0; round < 100; round++)
            {
                var wait = readiness.WaitReadableAsync(token);
                Assert.Throws<InvalidOperationException>(() => { _ = readiness.WaitReadableAsync(token).AsTask(); });
                Raise(handle);
                await wait.ConfigureAwait(false);
                seen = Executor.Current;
            }

            return seen;
        }).Within("rounds");

        Assert.Same(executor, current);
    });

    [Fact]
    public Task WatchDescriptor_ReadyBeforeTheWait_CompletesAtOnce() => With(async executor =>
    {
        using var handle = OpenEvent();
        Raise(handle);
        using var readiness = executor.WatchDescriptor(handle);

        await readiness.WaitReadableAsync().Within("ready before");
    });

    [Fact]
    public Task WatchDescriptor_Cancelled_KeepsTheReadinessForTheNextWait() => With(async executor =>
    {
        using var handle = OpenEvent();
        using var readiness = executor.WatchDescriptor(handle);
        for (var round = 0; round < 50; round++)
        {
            using var source = new CancellationTokenSource();
            var wait = readiness.WaitReadableAsync(source.Token).AsTask();
            var cancel = Task.Run(source.Cancel);
            Raise(handle);
            await cancel.Within("cancel");
            try
            {
                await wait.Within("wait");
            }
            catch (OperationCanceledException error)
            {
                Assert.Equal(source.Token, error.CancellationToken);
                await readiness.WaitReadableAsync().Within("kept readiness");
            }
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => readiness.WaitReadableAsync(new CancellationToken(true)).Within("cancelled before"));
    });

    [Fact]
    public Task WatchDescriptor_Disposed_FailsThePendingWait() => With(async executor =>
    {
        using var handle = OpenEvent();
        var readiness = executor.WatchDescriptor(handle);
        var wait = readiness.WaitReadableAsync().AsTask();

        readiness.Dispose();
        readiness.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => wait.Within("wait"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => readiness.WaitReadableAsync().Within("later wait"));
        using var again = executor.WatchDescriptor(handle);
        Raise(handle);
        await again.WaitReadableAsync().Within("watched again");
    });

    [Fact]
    public async Task WatchDescriptor_ExecutorDisposed_FailsThePendingWait()
    {
        var executor = Create();
        using var handle = OpenEvent();
        using var readiness = executor.WatchDescriptor(handle);
        var wait = readiness.WaitReadableAsync().AsTask();

        await executor.DisposeAsync().Within("dispose");

        var error = await Assert.ThrowsAsync<ObjectDisposedException>(() => wait.Within("wait"));
        Assert.Contains("under test", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task AS9_WatchDescriptor_Twice_IsRefusedNamingBoth() => With(executor =>
    {
        using var handle = OpenEvent();
        using var readiness = executor.WatchDescriptor(handle);

        var error = Assert.Throws<InvalidOperationException>(() => executor.WatchDescriptor(handle));

        Assert.Contains("already watched", error.Message, StringComparison.Ordinal);
        return Task.CompletedTask;
    });

    [Fact]
    public Task EV102_WatchDescriptor_OfARegularFile_IsRefused() => With(executor =>
    {
        var path = Path.GetTempFileName();
        using (var file = File.OpenHandle(path, options: FileOptions.DeleteOnClose))
        {
            var error = Assert.Throws<ArgumentException>(() => executor.WatchDescriptor(file));
            Assert.Contains("regular files", error.Message, StringComparison.Ordinal);
        }

        using var closed = OpenEvent();
        closed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => executor.WatchDescriptor(closed));
        return Task.CompletedTask;
    });

    [Fact]
    public Task EV102_WatchDescriptor_ClosedDuringTheWait_KeepsItsNumberAndTheWait() => With(async executor =>
    {
        using var handle = OpenEvent();
        var descriptor = (int)handle.DangerousGetHandle();
        using var readiness = executor.WatchDescriptor(handle);
        var wait = readiness.WaitReadableAsync().AsTask();

        handle.Dispose();

        // Whoever opens another now must not get the number that is watched.
        var others = Enumerable.Range(0, 20).Select(_ => OpenEvent()).ToList();
        Assert.DoesNotContain(descriptor, others.Select(other => (int)other.DangerousGetHandle()));
        others.ForEach(Raise);
        await executor.InvokeAsync(() => { }).Within("turn");
        Assert.False(wait.IsCompleted);
        Assert.Equal(8, LibC.WriteEvent(descriptor));
        await wait.Within("wait");
        others.ForEach(other => other.Dispose());
    });

    [Fact]
    public Task EV102_WatchDescriptor_OfAReusedNumber_SeesNothingOfTheOldOne() => With(async executor =>
    {
        for (var round = 0; round < 20; round++)
        {
            // The kernel gives the lowest free number: most often the one of the round before.
            using var handle = OpenEvent();
            using var readiness = executor.WatchDescriptor(handle);
            var wait = readiness.WaitReadableAsync().AsTask();
            await executor.InvokeAsync(() => { }).Within("turn");
            Assert.False(wait.IsCompleted);
            Raise(handle);
            await wait.Within("own edge");

            // An edge that nobody waited for ends with its watch.
            Raise(handle);
        }
    });

    [Fact]
    public Task EV102_WaitReadable_WithATimeLimit_EndsWithItAndCanBeWaitedForAgain() => With(async executor =>
    {
        var clock = new ManualClock();
        var limit = TimeSpan.FromSeconds(3);
        using var handle = OpenEvent();
        using var readiness = executor.WatchDescriptor(handle);
        var options = new TimeoutScopeOptions { TimeProvider = clock };
        var timed = TimeoutScope.RunAsync(limit, scope => readiness.WaitReadableAsync(scope.CancellationToken).AsTask(), options);
        clock.Advance(limit - TimeSpan.FromMilliseconds(1));
        Assert.False(timed.IsCompleted);

        clock.Advance(TimeSpan.FromMilliseconds(1));

        await Assert.ThrowsAsync<ScopeTimeoutException>(() => timed.Within("time limit"));
        var next = readiness.WaitReadableAsync().AsTask();
        Raise(handle);
        await next.Within("next wait");
    });

    [Fact]
    public Task Fairness_SelfPostingCallback_DoesNotStarvePostsTimersAndDescriptors() => With(async executor =>
    {
        if (!OwnsTimers)
        {
            return;
        }

        var stop = false;
        executor.UnsafePost(Again, null);
        using var handle = OpenEvent();
        using var readiness = executor.WatchDescriptor(handle);
        var timer = Task.Delay(TimeSpan.FromMilliseconds(5), executor.TimeProvider);
        Raise(handle);

        await executor.InvokeAsync(() => { }).Within("post");
        await timer.Within("timer");
        await readiness.WaitReadableAsync().Within("descriptor");
        Volatile.Write(ref stop, true);

        void Again(object? state)
        {
            if (!Volatile.Read(ref stop))
            {
                // Refused once the executor is disposed, which may be at this very moment.
                executor.TryPost(Again, null);
            }
        }
    });

    private static SafeFileHandle OpenEvent() => new(LibC.CreateEvent(), ownsHandle: true);

    private static void Raise(SafeFileHandle handle) => Assert.Equal(8, LibC.WriteEvent((int)handle.DangerousGetHandle()));
}
