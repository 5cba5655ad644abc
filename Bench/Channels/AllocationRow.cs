using System.Threading.Channels;
using Concurrency.Bench.Ratios;
using Concurrency.Channels;

namespace Concurrency.Bench.Channels;

/// <summary>Bytes allocated per item in steady state: the worst of three shapes, two of which wait for every item.</summary>
internal sealed class AllocationRow : LimitRow
{
    private const int Items = 200_000;

    public override RowFacts Facts { get; } = new("channels.alloc", "B/item", 1.0) { Limit = 0, Quantum = 1 };

    protected override async Task<double> MeasureAsync(TimeSpan length)
    {
        var worst = 0.0;
        worst = Math.Max(worst, await StreamAsync());
        worst = Math.Max(worst, await PingPongAsync(ReadByWaitingAsync));
        worst = Math.Max(worst, await PingPongAsync(ReadAsync));
        // The rest of the process allocates a few hundred bytes now and then: below a hundredth of a byte per item is nothing.
        return Math.Round(worst, 2);
    }

    private static async Task<double> StreamAsync()
    {
        var channel = BoundedChannel.Create<int>(1024);
        var reading = Task.Run(() => Transfer<OursSide>.ReadAllAsync(channel.Reader));
        await Task.Run(() => Transfer<OursSide>.WriteAsync(channel.Writer, Items));
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Task.Run(() => Transfer<OursSide>.WriteAsync(channel.Writer, Items));
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        channel.Writer.Complete();
        await reading;
        return (double)allocated / Items;
    }

    private static async Task<double> PingPongAsync(Func<ChannelReader<int>, ChannelWriter<int>, long, Task> turns)
    {
        var forth = BoundedChannel.Create<int>(1);
        var back = BoundedChannel.Create<int>(1);
        var echo = Task.Run(() => EchoAsync(forth.Reader, back.Writer));
        await turns(back.Reader, forth.Writer, Items / 4);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await turns(back.Reader, forth.Writer, Items / 4);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        forth.Writer.Complete();
        await echo;
        return (double)allocated / (Items / 2);
    }

    private static async Task EchoAsync(ChannelReader<int> reader, ChannelWriter<int> writer)
    {
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out var item))
            {
                await writer.WriteAsync(item);
            }
        }
    }

    private static async Task ReadAsync(ChannelReader<int> reader, ChannelWriter<int> writer, long rounds)
    {
        for (var i = 0L; i < rounds; i++)
        {
            await writer.WriteAsync((int)i);
            await reader.ReadAsync();
        }
    }

    private static async Task ReadByWaitingAsync(ChannelReader<int> reader, ChannelWriter<int> writer, long rounds)
    {
        for (var i = 0L; i < rounds; i++)
        {
            await writer.WriteAsync((int)i);
            await reader.WaitToReadAsync();
            reader.TryRead(out _);
        }
    }
}
