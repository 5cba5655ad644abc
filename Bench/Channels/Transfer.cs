using System.Threading.Channels;

namespace Concurrency.Bench.Channels;

/// <summary>Moves items from writers to readers on the thread pool.</summary>
internal static class Transfer<TSide>
    where TSide : struct, IChannelSide
{
    public static async Task RunAsync(int capacity, int writers, int readers, long items)
    {
        var channel = TSide.Create(capacity);
        var reading = Enumerable.Range(0, readers).Select(_ => Task.Run(() => ReadAllAsync(channel.Reader))).ToArray();
        var writing = Enumerable.Range(0, writers).Select(_ => Task.Run(() => WriteAsync(channel.Writer, items / writers)));
        await Task.WhenAll(writing);
        channel.Writer.Complete();
        var read = (await Task.WhenAll(reading)).Sum();
        if (read != items / writers * writers)
        {
            throw new InvalidOperationException($"{items / writers * writers} items were written and {read} were read.");
        }
    }

    public static async Task WriteAsync(ChannelWriter<int> writer, long items)
    {
        for (var i = 0L; i < items; i++)
        {
            await writer.WriteAsync((int)i);
        }
    }

    public static async Task<long> ReadAllAsync(ChannelReader<int> reader)
    {
        var read = 0L;
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out _))
            {
                read++;
            }
        }

        return read;
    }
}
