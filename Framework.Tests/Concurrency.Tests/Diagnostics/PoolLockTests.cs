using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Diagnostics;

/// <summary>A thread of a pool that waits for a lock shows up in the pool's report.</summary>
public sealed class PoolLockTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EV105_PoolWorkerThatWaitsForALock_IsReportedWithItsStack(bool isMonitor)
    {
        var reported = new TaskCompletionSource<BlockingReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pool = new PoolExecutor(new PoolExecutorOptions
        {
            Name = "pool",
            OnBlocking = OnBlocking.Report,
            OnBlockingReport = report => reported.TrySetResult(report),
        });
        var monitor = new object();
        var gate = new Lock();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var release = new ManualResetEventSlim();
        var holder = new Thread(() => Hold(isMonitor ? monitor : null, gate, entered, release)) { IsBackground = true };
        holder.Start();
        await entered.Task.Within("the holder");

        var blocked = pool.InvokeAsync(() => Take(isMonitor ? monitor : null, gate));
        var report = await reported.Task.Within("the report");
        release.Set();
        await blocked.Within("the blocked work");

        Assert.Equal(BlockingWaitKind.Lock, report.Kind);
        Assert.Contains(nameof(Take), report.CallSite, StringComparison.Ordinal);
        Assert.True(pool.Statistics.BlockingWaits >= 1, "It is counted.");
    }

    private static void Hold(object? monitor, Lock gate, TaskCompletionSource entered, ManualResetEventSlim release)
    {
        if (monitor is null)
        {
            lock (gate)
            {
                entered.SetResult();
                release.Wait();
            }

            return;
        }

        lock (monitor)
        {
            entered.SetResult();
            release.Wait();
        }
    }

    private static void Take(object? monitor, Lock gate)
    {
        if (monitor is null)
        {
            lock (gate)
            {
            }

            return;
        }

        lock (monitor)
        {
        }
    }
}
