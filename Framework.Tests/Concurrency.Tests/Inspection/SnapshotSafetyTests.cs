#pragma warning disable CA1416 // the mode of a file, which Windows does not have
using System.Net.Sockets;
using System.Text;
using Concurrency.Executors;
using Concurrency.Inspection;
using Concurrency.Interop;
using Concurrency.Tests.Diagnostics;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Inspection;

/// <summary>What a snapshot server must never do to the process that it is in, to another server, or to a client with rights.</summary>
[Collection(nameof(TracksTasks))]
public sealed class SnapshotSafetyTests : IDisposable
{
    private const string Token = "0123456789abcdef";
    private readonly SocketFolder _folder = new();

    [Fact]
    public async Task OS20_SocketFile_OfAnotherServerAtThePath_StaysWhenTheFirstIsDisposed()
    {
        var first = Open();
        File.Delete(_folder.Socket);
        await using var second = Open();

        await first.DisposeAsync().Within("the first ends");

        using var client = await SnapshotClient.ConnectAsync(_folder.Socket);
        Assert.Contains("tree ", await client.AskAsync("help"), StringComparison.Ordinal);
        Assert.Equal(["s"], _folder.Files);
    }

    [Fact]
    public async Task OS20_SocketFile_WhileAnotherServerOpensThePath_OnlyTheOwnOneIsRemoved()
    {
        var first = Open();
        File.Delete(_folder.Socket);

        // What another process is doing at this moment.
        using var guard = FileLock.TryTake(_folder.At("s.lock"));
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(_folder.Socket));

        await first.DisposeAsync().Within("the first ends");

        Assert.True(Path.Exists(_folder.Socket));
    }

    [Fact]
    public async Task OS20_SocketFile_WhoseGuardIsHeldForLong_IsRemovedAllTheSame()
    {
        var server = Open();
        using var guard = FileLock.TryTake(_folder.At("s.lock"));

        await server.DisposeAsync().Within("the server ends");

        Assert.False(Path.Exists(_folder.Socket));
    }

    [Fact]
    public void OS20_GuardFile_IsForItsOwnerOnly()
    {
        using var guard = FileLock.TryTake(_folder.At("s.lock"), ownerOnly: true);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.At("s.lock")));
    }

    [Fact]
    public async Task EV108_LoggerThatThrows_EndsNeitherTheProcessNorTheServer()
    {
        await using var server = Open(options => options with { MaximumClients = 1, Logger = new ThrowingLogger() });
        using var client = await SnapshotClient.ConnectAsync(_folder.Socket);
        await client.AskAsync("help");

        for (var i = 0; i < 3; i++)
        {
            using var refused = await SnapshotClient.ConnectAsync(_folder.Socket);
            Assert.StartsWith("error: 1 clients are connected", await refused.RestAsync(), StringComparison.Ordinal);
        }

        Assert.Contains("tree ", await client.AskAsync("help"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EV108_Tcp_ClientsWithoutToken_TakeNoPlaceOfOthers()
    {
        await using var server = OpenTcp(options => options with { MaximumClients = 1 });
        using var oldest = await SnapshotClient.ConnectAsync(server.TcpEndPoint!);
        var strangers = new List<SnapshotClient>();
        for (var i = 0; i < SnapshotListener.MostWithoutToken; i++)
        {
            strangers.Add(await SnapshotClient.ConnectAsync(server.TcpEndPoint!));
        }

        using var client = await SnapshotClient.ConnectAsync(server.TcpEndPoint!);
        Assert.Equal("The token is right.", await client.AskAsync($"token {Token}"));
        Assert.Equal("", await oldest.RestAsync());
        using var second = await SnapshotClient.ConnectAsync(server.TcpEndPoint!);
        Assert.StartsWith("error: 1 clients are connected and no more are allowed.", await second.AskAsync($"token {Token}"), StringComparison.Ordinal);
        Assert.Contains("tree ", await client.AskAsync("help"), StringComparison.Ordinal);
        strangers.ForEach(static stranger => stranger.Dispose());
    }

    [Fact]
    public async Task EV108_Tcp_ClientWithoutToken_IsDisconnectedAfterFiveSeconds()
    {
        var clock = new ManualClock();
        await using var server = OpenTcp(options => options with { TimeProvider = clock });
        using var stranger = await SnapshotClient.ConnectAsync(server.TcpEndPoint!);
        await stranger.SendAsync("tok");

        // Accepted after the stranger, whose time runs from there.
        using var client = await SnapshotClient.ConnectAsync(server.TcpEndPoint!);
        Assert.Equal("The token is right.", await client.AskAsync($"token {Token}"));

        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("", await stranger.RestAsync());
        Assert.Contains("tree ", await client.AskAsync("help"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EV108_Tcp_WrongTokens_AreLoggedSeldomerTheMoreThereAre()
    {
        var logger = new ListLogger();
        await using var server = OpenTcp(options => options with { Logger = logger });
        for (var i = 0; i < 30; i++)
        {
            using var guesser = await SnapshotClient.ConnectAsync(server.TcpEndPoint!);
            await guesser.SendAsync("token wrong\n");
            await guesser.RestAsync();
        }

        Assert.Equal(10, logger.Lines.Count(static line => line.Contains("did not give the token", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task EV108_Client_AcceptedWhileTheServerEnds_IsToldSo_AndNothingIsLogged()
    {
        var logger = new ListLogger();
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder.Socket));
        socket.Listen();
        var late = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var answer = "";
        var listener = new SnapshotListener(
            () =>
            {
                late.Connect(new UnixDomainSocketEndPoint(_folder.Socket));
                var buffer = new byte[1000];
                answer = Encoding.UTF8.GetString(buffer, 0, late.Receive(buffer));
                socket.Dispose();
            },
            socket,
            "here",
            new SnapshotServerOptions { SocketPath = _folder.Socket, Logger = logger });
        listener.Start();

        await Task.Factory.StartNew(
            async () => await listener.DisposeAsync(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .Unwrap().Within("the listener ends");

        late.Dispose();
        Assert.Equal("error: The server ends.\n\n", answer);
        Assert.DoesNotContain(logger.Lines, static line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EV108_Listener_ThatWasNeverStarted_IsDisposed()
    {
        var closed = 0;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var listener = new SnapshotListener(() => closed++, socket, "here", new SnapshotServerOptions { SocketPath = _folder.Socket });

        await listener.DisposeAsync().Within("the end of what never began");

        Assert.Equal(1, closed);
    }

    [Fact]
    public async Task EV106_Stacks_OfAClientThatLeaves_AreTurnedOff()
    {
        await using var server = Open(static options => options with { AllowsTracking = true });
        using (var other = await SnapshotClient.ConnectAsync(_folder.Socket))
        {
            await other.AskAsync("stacks on");
            using var client = await SnapshotClient.ConnectAsync(_folder.Socket);
            await client.AskAsync("stacks on");
            await client.SendAsync("quit\n");
            await client.RestAsync();
            Assert.True(TaskTracking.IsEnabled);

            await other.SendAsync("quit\n");
            await other.RestAsync();
        }

        Assert.False(TaskTracking.IsEnabled);
    }

    public void Dispose() => _folder.Dispose();

    private static SnapshotServer OpenTcp(Func<SnapshotServerOptions, SnapshotServerOptions> change) =>
        new(change(new SnapshotServerOptions { TcpPorts = default(PortRange), Token = Token }));

    private SnapshotServer Open(Func<SnapshotServerOptions, SnapshotServerOptions>? change = null)
    {
        var options = new SnapshotServerOptions { SocketPath = _folder.Socket };
        return new SnapshotServer(change is null ? options : change(options));
    }
}
