using System.Text.Json;
using Concurrency.Sources.Udp;

namespace Concurrency.Examples.Daemon;

/// <summary>Answers every datagram with a JSON line.</summary>
internal sealed class UdpResponder
{
    private long _seen;

    public async ValueTask HandleAsync(UdpDatagram datagram, CancellationToken cancellationToken)
    {
        // One at a time: the component's concurrency is 1, so the count needs no lock.
        var number = ++_seen;
        var reply = JsonSerializer.SerializeToUtf8Bytes(new UdpReply(number, datagram.Payload.Length, number), DaemonJson.Default.UdpReply);
        byte[] line = [.. reply, (byte)'\n'];
        await datagram.ReplyAsync(line, cancellationToken);
    }
}
