using System.Diagnostics.Metrics;
using Concurrency.Diagnostics;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

/// <summary>What a snapshot of the process and the meter show of executors.</summary>
public sealed class ExecutorPresenceTests
{
    [Theory]
    [InlineData("cooperative")]
    [InlineData("thread")]
    [InlineData("pool:2")]
    public async Task Presence_FromTheFirstThreadToTheEnd_IsShown(string spec)
    {
        var name = $"shown {spec} {Guid.NewGuid():N}";
        var executor = ExecutorSpec.Parse(spec).Create(name);
        await executor.InvokeAsync(() => { }).Within("work");
        var delayed = executor.InvokeAfterAsync(TimeSpan.FromHours(1), () => { });

        var details = new LiveDetails();
        var shown = Assert.Single(LiveObjects.Current, item => item.Name == name);
        shown.Describe(details);
        await executor.DisposeAsync().Within("dispose");

        Assert.Equal("executor", shown.Kind);
        Assert.Null(shown.Parent);
        Assert.Contains(new KeyValuePair<string, string>("kind", executor.Kind.ToString()), details.Values);
        Assert.Contains(new KeyValuePair<string, string>("threads", "1"), details.Values);
        Assert.Contains(new KeyValuePair<string, string>("delayed", "1"), details.Values);
        Assert.Equal(executor is SingleThreadExecutor, details.Values.Any(value => value is { Key: "timers", Value: "1" }));
        Assert.DoesNotContain(LiveObjects.Current, item => item.Name == name);
        shown.Describe(new LiveDetails());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delayed.Within("delayed"));
    }

    [Fact]
    public async Task Presence_OfAPool_ShowsWhatItsThreadsRun()
    {
        var name = $"busy {Guid.NewGuid():N}";
        await using var pool = new PoolExecutor(name, 1);
        var details = await pool.InvokeAsync(() =>
        {
            var seen = new LiveDetails();
            Assert.Single(LiveObjects.Current, item => item.Name == name).Describe(seen);
            return seen;
        }).Within("work");

        var (kind, _, thread) = Assert.Single(details.Parts);
        Assert.Equal("thread", kind);
        Assert.Contains(thread.Values, value => value.Key == "runs" && value.Value.Contains(nameof(Presence_OfAPool_ShowsWhatItsThreadsRun), StringComparison.Ordinal));
    }

    [Fact]
    public void Presence_OfARunner_LastsAsLongAsItsRuns()
    {
        var name = $"runner {Guid.NewGuid():N}";
        using var runner = new Runner(new CooperativeExecutorOptions { Name = name });

        Assert.Equal(1, runner.Run(_ => Task.FromResult(LiveObjects.Current.Count(item => item.Name == name))));

        Assert.DoesNotContain(LiveObjects.Current, item => item.Name == name);
    }

    [Fact]
    public async Task Meter_ShowsTheExecutorsWithNameAndKind_AndSumsThoseOfTheSameName()
    {
        var name = $"measured {Guid.NewGuid():N}";
        await using var first = new CooperativeExecutor(name);
        await using var second = new CooperativeExecutor(name);
        foreach (var executor in new[] { first, first, second })
        {
            await executor.InvokeAsync(() => { }).Within("work");
        }

        var values = new Dictionary<string, double>();
        using (var listener = new MeterListener())
        {
            listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == ConcurrencyTelemetry.Name && instrument.Name.StartsWith("concurrency.executor.", StringComparison.Ordinal))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
            listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
            listener.Start();
            listener.RecordObservableInstruments();
        }

        Assert.Equal(3, values["concurrency.executor.tasks_started"]);
        Assert.Equal(2, values["concurrency.executor.threads"]);
        Assert.Equal(0, values["concurrency.executor.queued"]);
        Assert.True(values["concurrency.executor.run_time"] >= 0);
        Assert.Equal(18, values.Count);

        void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.ToArray().Any(tag => tag.Key == "executor" && Equals(tag.Value, name)))
            {
                Assert.Contains(new KeyValuePair<string, object?>("kind", "Cooperative"), tags.ToArray());
                values.Add(instrument.Name, value);
            }
        }
    }
}
