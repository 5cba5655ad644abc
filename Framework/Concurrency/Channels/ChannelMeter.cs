using System.Diagnostics.Metrics;
using Concurrency.Diagnostics;

namespace Concurrency.Channels;

/// <summary>Shows the statistics of the named channels to System.Diagnostics.Metrics, as long as they are open.</summary>
/// <remarks>
/// One set of observable instruments serves all channels: they cost nothing until somebody listens, and nothing per item. A channel is
/// held weakly: one that is forgotten without being completed is still collected.
/// </remarks>
internal sealed class ChannelMeter : IDisposable
{
    private static readonly Lock s_gate = new();
    private static readonly List<ChannelMeter> s_channels = [];
    private static readonly Meter s_meter = CreateMeter();

    private readonly WeakReference<IChannelMeasured> _channel;
    private readonly KeyValuePair<string, object?> _tag;

    private ChannelMeter(string name, IChannelMeasured channel)
    {
        _channel = new WeakReference<IChannelMeasured>(channel);
        _tag = new KeyValuePair<string, object?>("channel", name);
    }

    public static ChannelMeter Register(string name, IChannelMeasured channel)
    {
        var meter = new ChannelMeter(name, channel);
        lock (s_gate)
        {
            GC.KeepAlive(s_meter);
            s_channels.RemoveAll(static one => !one._channel.TryGetTarget(out _));
            s_channels.Add(meter);
        }

        return meter;
    }

    public void Dispose()
    {
        lock (s_gate)
        {
            s_channels.Remove(this);
        }
    }

    private static Meter CreateMeter()
    {
        LiveObjects.AddProvider(Live);
        var meter = new Meter(ConcurrencyTelemetry.Name);
        meter.CreateObservableCounter("concurrency.channel.written", () => Measure(static s => s.Written), "{item}", "Items that the channel took.");
        meter.CreateObservableCounter("concurrency.channel.read", () => Measure(static s => s.Read), "{item}", "Items that readers took.");
        meter.CreateObservableCounter("concurrency.channel.dropped", MeasureDropped, "{item}", "Items that no reader got, by cause.");
        meter.CreateObservableCounter("concurrency.channel.rejected", () => Measure(static s => s.Rejected), "{write}", "Writes refused by a full channel.");
        meter.CreateObservableUpDownCounter("concurrency.channel.depth", () => Measure(static s => s.Depth), "{item}", "Items inside.");
        meter.CreateObservableGauge("concurrency.channel.high_water", () => Measure(static s => s.HighWater), "{item}", "The highest depth seen.");
        meter.CreateObservableUpDownCounter("concurrency.channel.waiting_readers", () => Measure(static s => s.WaitingReaders), "{waiter}", "Readers that wait.");
        meter.CreateObservableUpDownCounter("concurrency.channel.waiting_writers", () => Measure(static s => s.WaitingWriters), "{waiter}", "Writers that wait.");
        return meter;
    }

    private static List<Measurement<long>> Measure(Func<ChannelStatistics, long> select)
    {
        var measurements = new List<Measurement<long>>();
        foreach (var (statistics, tag) in Snapshot())
        {
            measurements.Add(new Measurement<long>(select(statistics), tag));
        }

        return measurements;
    }

    private static List<Measurement<long>> MeasureDropped()
    {
        var measurements = new List<Measurement<long>>();
        foreach (var (statistics, tag) in Snapshot())
        {
            Add(statistics.DroppedNewest, "newest", tag);
            Add(statistics.DroppedOldest, "oldest", tag);
            Add(statistics.DroppedWrites, "write", tag);
            Add(statistics.Conflated, "conflated", tag);
            Add(statistics.Aborted, "aborted", tag);
        }

        return measurements;

        void Add(long count, string cause, KeyValuePair<string, object?> tag) =>
            measurements.Add(new Measurement<long>(count, tag, new KeyValuePair<string, object?>("cause", cause)));
    }

    private static List<(ChannelStatistics Statistics, KeyValuePair<string, object?> Tag)> Snapshot() =>
        Alive().ConvertAll(static one => (one.Channel.Statistics, one.Tag));

    private static IEnumerable<ILiveObject> Live() => Alive().ConvertAll(static ILiveObject (one) => one.Channel);

    private static List<(IChannelMeasured Channel, KeyValuePair<string, object?> Tag)> Alive()
    {
        var alive = new List<(IChannelMeasured, KeyValuePair<string, object?>)>();
        lock (s_gate)
        {
            foreach (var one in s_channels)
            {
                if (one._channel.TryGetTarget(out var channel))
                {
                    alive.Add((channel, one._tag));
                }
            }
        }

        return alive;
    }
}
