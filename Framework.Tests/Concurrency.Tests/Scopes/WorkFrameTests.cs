using System.Runtime.CompilerServices;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

public sealed class WorkFrameTests
{
    [Fact]
    public async Task EV10_WorkThatSpawnsItsSuccessor_OldWorkIsFreed()
    {
        await using var pool = new WorkPool(2);
        var old = new List<WeakReference>();
        var reached = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await SpawnChainAsync(pool, 20, old, reached, release);
        await reached.Task.Within("the last of the chain");

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
    public void EV10_Frames_EndedOnesAreSkippedAndLiveOnesAreFound()
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
