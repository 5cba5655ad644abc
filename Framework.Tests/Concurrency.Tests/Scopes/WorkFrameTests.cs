using System.Runtime.CompilerServices;
using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

public sealed class WorkFrameTests
{
    [Fact]
    public async Task EV11_WorkThatSpawnsItsSuccessor_OldWorkIsFreed()
    {
        await using var executor = new CooperativeExecutor("chain");
        await using var pool = new WorkPool(new WorkPoolOptions { Size = 2, Executor = executor });
        var old = new List<WeakReference>();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await SpawnChainAsync(pool, 20, old, reached, release);
        await reached.Task.Within("the last of the chain");

        // The turn in which the last one began has returned then, and no stack holds what led to it.
        await executor.InvokeAsync(static () => { }).Within("the turn after it");

        // The newest still runs; it and the one before it may be kept.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var kept = old.Count(work => work.IsAlive);
        release.SetResult();

        Assert.Equal(20, old.Count);
        Assert.InRange(kept, 0, 4);
    }

    [Fact]
    public void EV11_Frames_EndedOnesAreSkippedAndLiveOnesAreFound()
    {
        var pool = new WorkPool(1);
        var outer = WorkFrame.Enter(pool, null);
        for (var i = 0; i < 10; i++)
        {
            WorkFrame.Enter(null, null).End();
        }

        var inner = WorkFrame.Enter(null, null);
        Assert.True(WorkFrame.IsMemberOf(pool));
        inner.End();
        Assert.True(WorkFrame.IsMemberOf(pool));
        outer.End();
        Assert.False(WorkFrame.IsMemberOf(pool));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task SpawnChainAsync(WorkPool pool, int left, List<WeakReference> old, TaskCompletionSource reached, TaskCompletionSource release)
    {
        var payload = new byte[1000];
        old.Add(new WeakReference(payload));
        await pool.LaunchAsync($"link {left}", async _ =>
        {
            GC.KeepAlive(payload);
            if (left > 1)
            {
                await SpawnChainAsync(pool, left - 1, old, reached, release);
            }
            else
            {
                reached.SetResult();
                await release.Task;
            }
        });
    }
}
