using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Concurrency.Examples.Daemon;

/// <summary>Sends datagrams one after the other and waits for each reply.</summary>
internal sealed class UdpDriver(ServiceDaemon daemon, DriveLog log)
{
    public async Task RunAsync(CancellationToken ending)
    {
        using var socket = new UdpClient();
        socket.Connect(daemon.Udp.LocalEndPoint!);
        for (var round = 0; round == 0 || !ending.IsCancellationRequested; round++)
        {
            var payload = Encoding.ASCII.GetBytes(new string('x', round % 1000));
            log.Sent();
            await socket.SendAsync(payload, CancellationToken.None);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            var reply = await socket.ReceiveAsync(limit.Token);
            log.Replied();
            var line = JsonSerializer.Deserialize(reply.Buffer, DaemonJson.Default.UdpReply);
            if (line?.Size != payload.Length)
            {
                log.Problem($"A datagram of {payload.Length} bytes was answered as one of {line?.Size}.");
            }
        }
    }
}
