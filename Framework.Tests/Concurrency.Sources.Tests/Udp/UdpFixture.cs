using System.Net;
using System.Net.Sockets;
using Concurrency.Execution;
using Concurrency.Sources.Udp;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Udp;

/// <summary>A started source and a client socket of the same address family.</summary>
internal sealed class UdpFixture : IAsyncDisposable
{
    private UdpFixture(UdpSource source, Executor executor, IPAddress address)
    {
        Source = source;
        Executor = executor;
        Client = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        Client.Bind(new IPEndPoint(address, 0));
    }

    public UdpSource Source { get; }

    public Executor Executor { get; }

    public Socket Client { get; }

    public IPEndPoint ClientEndPoint => (IPEndPoint)Client.LocalEndPoint!;

    public static Task<UdpFixture> StartAsync(UdpSourceOptions? options = null, IPAddress? address = null) =>
        StartAsync((endPoint, o) => new UdpSource(endPoint, o), options, address);

    public static Task<UdpFixture> StartAsync(bool portable, UdpSourceOptions options) => portable
        ? StartAsync((endPoint, o) => new UdpSource(endPoint, o, UdpRig.Portable), options)
        : StartAsync(options);

    public static async Task<UdpFixture> StartAsync(
        Func<IPEndPoint, UdpSourceOptions, UdpSource> create, UdpSourceOptions? options = null, IPAddress? address = null)
    {
        address ??= IPAddress.Loopback;
        var fixture = new UdpFixture(
            create(new IPEndPoint(address, 0), options ?? new UdpSourceOptions()), TestExecutors.Create(ExecutorKind.Cooperative), address);
        await fixture.Source.StartAsync(fixture.Executor).Within("starting the source");
        return fixture;
    }

    public async Task SendAsync(params byte[] payload) => await Client.SendToAsync(payload, Source.LocalEndPoint!).Within("sending");

    public async Task<UdpDatagram> NextAsync() => await Source.Events.ReadAsync().Within("waiting for a datagram");

    public async Task<byte[]> ReceiveAsync()
    {
        var buffer = new byte[UdpSourceOptions.LargestDatagram];
        var received = await Client.ReceiveFromAsync(buffer, Source.LocalEndPoint!).Within("receiving");
        Assert.Equal(Source.LocalEndPoint, received.RemoteEndPoint);
        return buffer[..received.ReceivedBytes];
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync().Within("disposing the source");
        Client.Dispose();
        await Executor.DisposeAsync().Within("disposing the executor");
    }
}
