using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Concurrency.Channels;
using Concurrency.Diagnostics;

namespace Concurrency.Tests.Channels;

public sealed class MeterTests
{
    [Fact]
    public void NamedChannel_IsMeasuredUntilItCompletes()
    {
        var name = $"measured {Guid.NewGuid()}";
        using var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(2) { Name = name, FullMode = ChannelFullMode.DropOldest });
        for (var i = 0; i < 5; i++)
        {
            Assert.True(channel.Writer.TryWrite(i));
        }

        Assert.True(channel.Reader.TryRead(out _));

        var seen = Measure(name);
        Assert.Equal(5, seen["concurrency.channel.written"]);
        Assert.Equal(1, seen["concurrency.channel.read"]);
        Assert.Equal(3, seen["concurrency.channel.dropped/oldest"]);
        Assert.Equal(0, seen["concurrency.channel.dropped/newest"]);
        Assert.Equal(1, seen["concurrency.channel.depth"]);
        Assert.Equal(2, seen["concurrency.channel.high_water"]);
        Assert.Equal(0, seen["concurrency.channel.waiting_readers"]);

        channel.Writer.Complete();
        Assert.NotEmpty(Measure(name));
        Assert.True(channel.Reader.TryRead(out _));
        Assert.Empty(Measure(name));
    }

    [Fact]
    public void NamedChannel_Aborted_IsMeasuredNoLonger()
    {
        var name = $"aborted {Guid.NewGuid()}";
        var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(2) { Name = name });
        Assert.NotEmpty(Measure(name));

        channel.Dispose();
        Assert.Empty(Measure(name));
    }

    [Fact]
    public void NamedChannel_Forgotten_IsCollected()
    {
        var name = $"forgotten {Guid.NewGuid()}";
        var channel = Make(name);
        for (var i = 0; i < 10 && channel.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(channel.IsAlive);
        Assert.Empty(Measure(name));
        Assert.Null(Show(name));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Make(string name) => new(BoundedChannel.Create<int>(new BoundedChannelPolicy(2) { Name = name }));
    }

    [Fact]
    public void NamedChannel_IsInASnapshotUntilItCompletes()
    {
        var name = $"shown {Guid.NewGuid()}";
        using var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(3) { Name = name });
        for (var i = 0; i < 3; i++)
        {
            Assert.True(channel.Writer.TryWrite(i));
        }

        channel.Resize(4);
        Assert.True(channel.Reader.TryRead(out _));
        _ = channel.Writer.WriteAsync(3);
        _ = channel.Writer.WriteAsync(4);
        _ = channel.Writer.WriteAsync(5);
        Assert.Equal(
            "channel, depth=4, capacity=4, high-water=4, full-mode=Wait, waiting-readers=0, waiting-writers=1, written=5, dropped=0", Show(name));

        var queue = new WorkQueue<int>(channel);
        Assert.EndsWith("unfinished=4", Show(name), StringComparison.Ordinal);
        queue.Dispose();
        Assert.Null(Show(name));
    }

    [Fact]
    public void Debugger_ShowsStateAndItems()
    {
        using var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(3) { Name = "shown" });
        Assert.True(channel.Writer.TryWrite(1));
        Assert.True(channel.Writer.TryWrite(2));

        var view = new BoundedChannelDebugView<int>(channel);
        Assert.Equal([1, 2], view.Items);
        Assert.Equal(2, view.Statistics.Depth);
        var text = typeof(BoundedChannel<int>).GetProperty("DebuggerText", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!;
        Assert.Equal("shown: 2 of 3, Wait, open", text.GetValue(channel));
        channel.Writer.Complete();
        Assert.Equal("shown: 2 of 3, Wait, closing", text.GetValue(channel));
        channel.Dispose();
        Assert.Equal("shown: 0 of 3, Wait, completed", text.GetValue(channel));
        Assert.NotNull(Attribute.GetCustomAttribute(typeof(BoundedChannel<int>), typeof(DebuggerDisplayAttribute)));
    }

    private static string? Show(string name)
    {
        if (LiveObjects.Current.SingleOrDefault(one => one.Name == name) is not { } live)
        {
            return null;
        }

        var details = new LiveDetails();
        live.Describe(details);
        return $"{live.Kind}, {string.Join(", ", details.Values.Select(value => $"{value.Key}={value.Value}"))}";
    }

    private static Dictionary<string, long> Measure(string name)
    {
        var seen = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == ConcurrencyTelemetry.Name)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var key = instrument.Name;
            var mine = false;
            foreach (var (tag, text) in tags)
            {
                mine |= tag == "channel" && Equals(text, name);
                key += tag == "cause" ? $"/{text}" : string.Empty;
            }

            if (mine)
            {
                seen.Add(key, value);
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }
}
