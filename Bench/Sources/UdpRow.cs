using System.Net;
using Concurrency.Bench.Ratios;
using Concurrency.Sources.Udp;

namespace Concurrency.Bench.Sources;

/// <summary>Datagrams of 64 bytes handled per second while another process sends as many as it can.</summary>
internal sealed class UdpRow : RatioRow
{
    // The sender outlasts the sample at both ends.
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan FirstLimit = TimeSpan.FromSeconds(5);

    private Flooder _flooder = null!;

    public override RowFacts Facts { get; } = new("sources.udp-64B", "1/s", 1.0) { HigherIsBetter = true };

    public override TimeSpan HelperTime => _flooder.ProcessorTime;

    public override TimeSpan LengthFor(TimeSpan standard) => standard * 4;

    public override int PairsFor(int standard) => Math.Max(9, standard / 2);

    public override Task StartAsync()
    {
        _flooder = new Flooder();
        return Task.CompletedTask;
    }

    public override async Task<double> SampleAsync(Side side, TimeSpan length)
    {
        var count = new DatagramCount();
        if (side == Side.Baseline)
        {
            var loop = new ReceiveLoop(count);
            await using (loop)
            {
                return await MeasureAsync(loop.Port, count, length);
            }
        }

        var source = new UdpSource(new IPEndPoint(IPAddress.Loopback, 0));
        var observed = new ObservedSource<UdpDatagram>(source);
        await observed.StartAsync(datagram => count.Handle(datagram.Payload.Span));
        await using (observed)
        {
            return await MeasureAsync(source.LocalEndPoint!.Port, count, length);
        }
    }

    protected override ValueTask StopAsync()
    {
        _flooder.Dispose();
        return default;
    }

    private async Task<double> MeasureAsync(int port, DatagramCount count, TimeSpan length)
    {
        var clock = TimeProvider.System;
        var flood = _flooder.FloodAsync(new FloodOrder(port, (length + Margin).TotalSeconds));
        for (var start = clock.GetTimestamp(); count.Handled == 0;)
        {
            if (clock.GetElapsedTime(start) > FirstLimit)
            {
                throw new TimeoutException($"{Facts.Name}: no datagram was handled within {FirstLimit.TotalSeconds:0} s.");
            }

            await Task.Delay(1);
        }

        var from = (Time: clock.GetTimestamp(), Count: count.Handled);
        await Task.Delay(length);
        var rate = (count.Handled - from.Count) / clock.GetElapsedTime(from.Time).TotalSeconds;
        await flood;
        return rate;
    }
}
