using System.Net.Sockets;
using Concurrency.Sources.Udp;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Udp;

/// <summary>A UDP source on a free port of loopback and a socket that sends to it.</summary>
internal sealed class UdpRig(UdpSource source) : SourceRig<UdpDatagram>
{
    private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public static ReceiverFactory Portable => static (socket, _, size) => new SocketReceiver(socket, size);

    public override IEventSource<UdpDatagram> Source => source;

    public override async Task RaiseAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await _client.SendToAsync(BitConverter.GetBytes(i), source.LocalEndPoint!);
        }
    }

    public override ValueTask DisposeAsync()
    {
        _client.Dispose();
        return default;
    }
}
