using System.Threading.Channels;
using Concurrency.Bench.Ratios;
using Concurrency.Channels;

namespace Concurrency.Bench.Channels;

/// <summary>A reader works off a backlog: ours 64 items at a time, the baseline item by item as the in-box channel offers it.</summary>
/// <remarks>
/// Only reading is timed. Both channels are filled by the same item-by-item writes beforehand: ours has no batched write,
/// so a row that timed both ends would mostly measure the writer.
/// </remarks>
internal sealed class BatchRow : RatioRow
{
    private const int Backlog = 64 * 1024;

    private readonly Channel<int> _inBox = InBoxSide.Create(Backlog);
    private readonly Channel<int> _ours = OursSide.Create(Backlog);
    private readonly int[] _buffer = new int[64];

    public override RowFacts Facts { get; } = new("channels.batch-64", "ns/item", 3.0);

    public override async Task<double> SampleAsync(Side side, TimeSpan length)
    {
        var channel = side == Side.Ours ? _ours : _inBox;
        var clock = TimeProvider.System;
        var reading = TimeSpan.Zero;
        var started = clock.GetTimestamp();
        var items = 0L;
        do
        {
            for (var i = 0; i < Backlog; i++)
            {
                channel.Writer.TryWrite(i);
            }

            var start = clock.GetTimestamp();
            var read = side == Side.Ours
                ? await ReadBatchesAsync(channel.Reader, _buffer)
                : await ReadItemsAsync(channel.Reader, _buffer);
            reading += clock.GetElapsedTime(start);
            items += read;
        }
        while (clock.GetElapsedTime(started) < length);

        return reading.TotalNanoseconds / items;
    }

    private static async Task<int> ReadBatchesAsync(ChannelReader<int> reader, int[] buffer)
    {
        var read = 0;
        while (read < Backlog)
        {
            read += await reader.ReadBatchAsync(buffer, TimeSpan.Zero);
        }

        return read;
    }

    private static async Task<int> ReadItemsAsync(ChannelReader<int> reader, int[] buffer)
    {
        var read = 0;
        while (read < Backlog && await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out var item))
            {
                buffer[read++ % buffer.Length] = item;
            }
        }

        return read;
    }
}
