using Concurrency.Bridging;
using Concurrency.Diagnostics;
using Concurrency.Executors;
using Concurrency.Tests.Diagnostics;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Bridging;

/// <summary>What a snapshot of the process shows of bridges.</summary>
[Collection(nameof(TracksTasks))]
public sealed class BridgeSnapshotTests
{
    [Fact]
    public async Task EV106_Bridges_ThatWaitAndThatHaveNoThread_AreShownWithWhatTheyWaitForAndHowLong()
    {
        var threads = new BridgeThreads(new SyncBridgeOptions { Name = $"bridges {Guid.NewGuid():N}", MaximumThreads = 1 });
        LiveObjects.Add(threads);
        try
        {
            await using var executor = new CooperativeExecutor("home of bridges");
            var gate = new TaskCompletionSource();
            await executor.RunAsync(async _ =>
            {
                var first = SyncBridge.RunAsync(threads, () => SyncBridge.Await(AnswerAsync(gate.Task)));
                var second = SyncBridge.RunAsync(threads, Second);

                var node = ConcurrencySnapshot.Take().All().Single(one => one.Name == threads.Options.Name);
                Assert.Equal("bridges", node.Kind);
                Assert.Equal(("1", "1", "1", "1"), (node["threads"], node["running"], node["parked"], node["waiting"]));
                var parked = node.Children[0];
                Assert.Equal("bridge", parked.Kind);
                Assert.Contains(nameof(EV106_Bridges_ThatWaitAndThatHaveNoThread_AreShownWithWhatTheyWaitForAndHowLong), parked.Name, StringComparison.Ordinal);
                Assert.Equal(("parked", "home of bridges"), (parked["state"], parked["executor"]));
                Assert.Equal($"{typeof(BridgeSnapshotTests).FullName}.{nameof(AnswerAsync)}", parked["waits-for"]);
                Assert.True(TimeSpan.Parse(parked["for"]!, null) >= TimeSpan.Zero, "A time has passed.");
                var waiting = node.Children[1];
                Assert.EndsWith(nameof(Second), waiting.Name, StringComparison.Ordinal);
                Assert.Equal("waits for a thread", waiting["state"]);
                Assert.True(TimeSpan.Parse(waiting["for"]!, null) >= TimeSpan.Zero, "A time has passed.");

                gate.SetResult();
                Assert.Equal(7, await first);
                await second;
            }).Within("the bridges");

            var idle = ConcurrencySnapshot.Take().All().Single(one => one.Name == threads.Options.Name);
            Assert.Equal(("0", "0", "2"), (idle["running"], idle["waiting"], idle["started"]));
            Assert.Empty(idle.Children);
        }
        finally
        {
            LiveObjects.Remove(threads);
        }
    }

    [Fact]
    public async Task EV106_Bridge_ThatRuns_IsShownAsRunning_AndATrackedTaskByItsName()
    {
        using var tracking = TaskTracking.Enable();
        await using var executor = new DedicatedThreadExecutor("other");
        await SyncBridge.RunAsync(() =>
        {
            var own = ConcurrencySnapshot.Take().All()
                .Single(static one => one.Kind == "bridge" && one.Name.Contains(nameof(EV106_Bridge_ThatRuns_IsShownAsRunning_AndATrackedTaskByItsName), StringComparison.Ordinal));
            Assert.Equal("running", own["state"]);
            var gate = new TaskCompletionSource();
            var named = executor.RunAsync("the answer of the disk", _ => gate.Task);
            Assert.Equal("the answer of the disk", WorkDescription.NameOf(named));
            gate.SetResult();
            SyncBridge.Await(named);
        }).Within("the bridge");
    }

    private static async Task<int> AnswerAsync(Task gate)
    {
        await gate;
        return 7;
    }

    private static void Second()
    {
        // It has nothing to do but to wait for its thread.
    }
}
