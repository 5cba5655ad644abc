using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Concurrency.Diagnostics;
using Concurrency.Executors;
using Concurrency.Patterns;
using Concurrency.Sources;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Patterns;

/// <summary>What tracing shows of an event's way through a component.</summary>
public sealed class TraceLinkTests
{
    [Fact]
    public async Task EV111_Handler_WhileSomebodyListens_RunsInAnActivityThatLinksToTheEvent()
    {
        var name = "traced-" + Guid.NewGuid().ToString("N");
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == ConcurrencyTelemetry.Name,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.OperationName == name)
                {
                    ended.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        var origin = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        var channel = Channel.CreateUnbounded<Event>();
        var seen = new ConcurrentQueue<Activity?>();
        await using var executor = new DedicatedThreadExecutor(name);

        using (var startUp = new Activity("start-up").Start())
        {
            await using var component = channel.Reader.RunOn(
                executor,
                (_, _) =>
                {
                    seen.Enqueue(Activity.Current);
                    return default;
                });
            channel.Writer.TryWrite(new Event(1, origin));
            channel.Writer.TryWrite(new Event(2, default));
            channel.Writer.Complete();
            await component.Completion.Within("both events are handled");
        }

        Assert.Equal<Activity?>(seen, ended);
        var (linked, plain) = (ended.First(), ended.Last());
        Assert.Equal(origin, Assert.Single(linked.Links).Context);
        Assert.Empty(plain.Links);
        Assert.NotEqual(linked.TraceId, plain.TraceId);
        Assert.All(ended, static activity => Assert.Equal(default, activity.ParentSpanId));
        Assert.All(ended, static activity => Assert.Equal(ActivityKind.Consumer, activity.Kind));
    }

    [Fact]
    public async Task EV107_Event_PublishedInAnActivity_IsLinkedToItWhenItIsHandled()
    {
        var name = "published-" + Guid.NewGuid().ToString("N");
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == ConcurrencyTelemetry.Name,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        var channel = Channel.CreateUnbounded<Event>();
        var links = new ConcurrentQueue<ActivityContext>();
        await using var executor = new CooperativeExecutor(name);
        ActivityContext origin;
        using (var request = new Activity("request").Start())
        {
            origin = request.Context;
            channel.Writer.TryWrite(new Event(1, ConcurrencyTelemetry.CaptureContext()));
            channel.Writer.Complete();
        }

        await using var component = channel.Reader.RunOn(
            executor,
            (_, _) =>
            {
                links.Enqueue(Activity.Current!.Links.Single().Context);
                return default;
            });
        await component.Completion.Within("the event is handled");

        Assert.Equal([origin], links);
    }

    private sealed record Event(long Timestamp, ActivityContext TraceContext) : ISourceEvent;
}
