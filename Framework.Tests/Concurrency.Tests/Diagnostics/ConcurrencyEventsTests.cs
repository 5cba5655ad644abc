using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using Concurrency.Diagnostics;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Diagnostics;

/// <summary>The event source that <c>dotnet-trace</c> listens to.</summary>
[Collection(nameof(TracksTasks))]
public sealed class ConcurrencyEventsTests
{
    [Fact]
    public async Task EV107_Listener_SeesEachTaskStartRunWaitAndEnd()
    {
        await using var executor = new DedicatedThreadExecutor("watched");
        using (var listener = new Listener(EventLevel.Verbose))
        {
            Assert.True(TaskTracking.IsEnabled, "A listener turns the list of tasks on.");
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var task = executor.RunAsync("traced", _ => WaitForAsync(gate.Task));
            var id = TaskTracking.All.Single(live => live.Task == task).Id;
            await executor.InvokeAsync(static () => { }).Within("a turn between");
            gate.SetResult();
            await task.Within("the task");

            var events = listener.Seen.ToArray();
            Assert.Contains(events, one => one.EventName == "TaskStarted" && one.Payload!.SequenceEqual([id, "traced", "watched"]));
            Assert.Equal(
                ["TaskStarted", "TaskResumed", "TaskSuspended", "TaskResumed", "TaskSuspended", "TaskEnded"],
                events.Where(one => one.Payload!.Count > 0 && id.Equals(one.Payload[0])).Select(one => one.EventName).Take(6));
        }

        Assert.False(TaskTracking.IsEnabled, "Nobody listens any more.");
    }

    [Fact]
    public async Task EV107_Listener_SeesFailuresNobodyAwaits()
    {
        using var listener = new Listener(EventLevel.Error);
        Assert.False(TaskTracking.IsEnabled, "Errors alone need no list of tasks.");
        var executor = new InlineExecutor(new ExecutorOptions { Name = "watched", OnUnseenFailure = static _ => { } });
        _ = executor.InvokeAsync(static () => throw new InvalidTimeZoneException("lost"));
        await executor.DisposeAsync().Within("the end");

        var failure = Assert.Single(listener.Seen, one => one.EventName == "FailureUnseen" && "watched".Equals(one.Payload![1]));
        Assert.Equal(["InvalidTimeZoneException", "lost"], failure.Payload!.Skip(2));
    }

    [Fact]
    public void EV107_Source_HasAValidManifest() => Assert.Contains(
        "name=\"Concurrency\"",
        EventSource.GenerateManifest(typeof(ConcurrencyEvents), assemblyPathToIncludeInManifest: null, EventManifestOptions.Strict),
        StringComparison.Ordinal);

    private static async Task WaitForAsync(Task gate) => await gate;

    private sealed class Listener : EventListener
    {
        // Called by the base class before the constructor of this one has run.
        private readonly ConcurrentQueue<EventWrittenEventArgs> _seen = [];

        public Listener(EventLevel level)
        {
            var keywords = level == EventLevel.Verbose ? EventKeywords.All : ConcurrencyEvents.Keywords.Failures;
            EnableEvents(ConcurrencyEvents.Log, level, keywords);
        }

        public IReadOnlyCollection<EventWrittenEventArgs> Seen => _seen;

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventSource == ConcurrencyEvents.Log)
            {
                _seen.Enqueue(eventData);
            }
        }
    }
}
