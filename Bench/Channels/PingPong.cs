using System.Threading.Channels;

namespace Concurrency.Bench.Channels;

/// <summary>Sends an item there and back through two channels with one place each: every step waits for the other side.</summary>
internal static class PingPong<TSide>
    where TSide : struct, IChannelSide
{
    public static async Task RunAsync(int rounds)
    {
        var forth = TSide.Create(1);
        var back = TSide.Create(1);
        var echo = Task.Run(() => EchoAsync(forth.Reader, back.Writer, rounds));
        for (var i = 0; i < rounds; i++)
        {
            await forth.Writer.WriteAsync(i);
            await back.Reader.ReadAsync();
        }

        await echo;
    }

    private static async Task EchoAsync(ChannelReader<int> reader, ChannelWriter<int> writer, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            await writer.WriteAsync(await reader.ReadAsync());
        }
    }
}
