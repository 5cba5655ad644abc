#pragma warning disable CA1416 // the mode of a socket file, which Windows does not have
using System.Net.Sockets;
using Concurrency.Inspection;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Inspection;

/// <summary>Where a snapshot server listens: the socket file, the ports, and what is refused.</summary>
public sealed class SnapshotPlaceTests : IDisposable
{
    private const string Token = "0123456789abcdef";
    private readonly SocketFolder _folder = new();

    [Fact]
    public async Task OS20_SocketFile_IsForItsOwnerOnly_AndGoneAfterwards()
    {
        var server = Open();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.Socket));
        Assert.Equal(["s"], _folder.Files);
        using var client = await SnapshotClient.ConnectAsync(_folder.Socket);
        await client.AskAsync("help");
        await server.DisposeAsync().Within("the server ends");
        await server.DisposeAsync().Within("the server has ended");

        Assert.Equal("", await client.RestAsync());
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public async Task OS20_SocketFile_OfADeadProcess_IsReplaced()
    {
        var logger = new ListLogger();
        LeaveStaleSocket();

        await using var server = new SnapshotServer(new SnapshotServerOptions { SocketPath = _folder.Socket, Logger = logger });

        using var client = await SnapshotClient.ConnectAsync(_folder.Socket);
        Assert.Contains("tree ", await client.AskAsync("help"), StringComparison.Ordinal);
        Assert.Contains(logger.Messages, static line => line.Contains("belonged to a process that has ended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OS20_SocketFile_OfALiveServer_IsRefused()
    {
        await using var first = Open();

        var error = Assert.Throws<IOException>(Open);

        Assert.Contains($"The socket '{_folder.Socket}' cannot be opened: another process listens there.", error.Message, StringComparison.Ordinal);
        Assert.Contains("{pid}", error.Message, StringComparison.Ordinal);
        using var client = await SnapshotClient.ConnectAsync(_folder.Socket);
        Assert.Contains("tree ", await client.AskAsync("help"), StringComparison.Ordinal);
    }

    [Fact]
    public void OS20_SocketPath_WithAFileInTheWay_IsRefusedAndTheFileStays()
    {
        File.WriteAllText(_folder.Socket, "precious");

        var error = Assert.Throws<IOException>(Open);

        Assert.Contains("exists and is no socket", error.Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(_folder.Socket));
        Assert.Equal(["s"], _folder.Files);
    }

    [Fact]
    public async Task OS20_SocketPath_WithPid_IsOfThisProcess()
    {
        await using var server = new SnapshotServer(new SnapshotServerOptions { SocketPath = _folder.At("{pid}.sock") });

        Assert.Equal(_folder.At($"{Environment.ProcessId}.sock"), server.SocketPath);
        Assert.Equal([$"{Environment.ProcessId}.sock"], _folder.Files);
    }

    [Fact]
    public void OS20_SocketPath_InAMissingDirectory_IsRefused()
    {
        var error = Assert.Throws<IOException>(() => new SnapshotServer(new SnapshotServerOptions { SocketPath = _folder.At("none/s") }));

        Assert.Contains("does not exist. Make '", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OS20_SocketPath_TooLong_IsRefusedWithItsLength()
    {
        var error = Assert.Throws<ArgumentException>(() => new SnapshotServer(new SnapshotServerOptions { SocketPath = _folder.At(new string('x', 120)) }));

        Assert.Contains("there is room for 101", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OS20_Ports_OfARange_TheFirstFreeOneIsTaken()
    {
        await using var first = new SnapshotServer(new SnapshotServerOptions { TcpPorts = default(PortRange), Token = Token });
        var taken = first.TcpEndPoint!.Port;
        var last = Math.Min(taken + 200, 65_535);

        await using var second = new SnapshotServer(new SnapshotServerOptions { TcpPorts = new PortRange(taken, last), Token = Token });

        Assert.InRange(second.TcpEndPoint!.Port, taken + 1, last);
        using var client = await SnapshotClient.ConnectAsync(second.TcpEndPoint);
        Assert.Equal("The token is right.", await client.AskAsync($"token {Token}"));
    }

    [Fact]
    public async Task OS20_Ports_AllTaken_AreRefused_AndNothingIsOpen()
    {
        await using var first = new SnapshotServer(new SnapshotServerOptions { TcpPorts = default(PortRange), Token = Token });
        var port = first.TcpEndPoint!.Port;

        var error = Assert.Throws<IOException>(() => new SnapshotServer(new SnapshotServerOptions
        {
            SocketPath = _folder.Socket,
            TcpPorts = new PortRange(port, port),
            Token = Token,
        }));

        Assert.Contains($"No port of {port} on 127.0.0.1 can be opened", error.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public async Task OS20_SocketAndPort_Together_ServeTheSame()
    {
        await using var server = new SnapshotServer(new SnapshotServerOptions { SocketPath = _folder.Socket, TcpPorts = default(PortRange), Token = Token });
        using var local = await SnapshotClient.ConnectAsync(_folder.Socket);
        using var remote = await SnapshotClient.ConnectAsync(server.TcpEndPoint!);
        await remote.AskAsync($"token {Token}");

        Assert.Equal(await local.AskAsync("help"), await remote.AskAsync("help"));
    }

    [Theory]
    [InlineData("0", 0, 0)]
    [InlineData("7000", 7000, 7000)]
    [InlineData("7000:7010", 7000, 7010)]
    [InlineData("65535", 65535, 65535)]
    public void OS20_PortRange_OfGoodText_IsRead(string text, int first, int last)
    {
        var range = PortRange.Parse(text);

        Assert.Equal((first, last), (range.First, range.Last));
        Assert.Equal(text, range.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("65536")]
    [InlineData("99999999999")]
    [InlineData("7010:7000")]
    [InlineData("0:10")]
    [InlineData("1:2:3")]
    [InlineData("7000:")]
    public void OS20_PortRange_OfBadText_IsRefused(string text) =>
        Assert.Contains("is no range of ports. Write 0", Assert.Throws<FormatException>(() => PortRange.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void OS20_PortRange_OfBadNumbers_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PortRange(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PortRange(2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PortRange(1, 65_536));
    }

    [Fact]
    public void EV108_Options_ThatMakeNoSense_AreRefused()
    {
        var good = new SnapshotServerOptions { SocketPath = _folder.Socket };

        Refuses<ArgumentException>(new SnapshotServerOptions(), "nowhere to listen");
        Refuses<ArgumentException>(good with { SocketPath = " " }, "SocketPath");
        Refuses<ArgumentException>(good with { TcpPorts = default(PortRange) }, "Give 16 or more");
        Refuses<ArgumentException>(good with { TcpPorts = default(PortRange), Token = "short" }, "has 5 characters");
        Refuses<ArgumentException>(good with { TcpPorts = default(PortRange), Token = "with space 123456" }, "without spaces");
        Refuses<ArgumentException>(good with { TcpPorts = default(PortRange), Token = new string('x', 300) }, "Raise MaximumLineLength");
        Refuses<ArgumentOutOfRangeException>(good with { MaximumClients = 0 }, "MaximumClients was 0. Give 1 to 64.");
        Refuses<ArgumentOutOfRangeException>(good with { MaximumLineLength = 15 }, "MaximumLineLength was 15.");
        Refuses<ArgumentOutOfRangeException>(good with { MaximumObjects = 0 }, "MaximumObjects was 0.");
        Refuses<ArgumentOutOfRangeException>(good with { IdleTimeout = TimeSpan.Zero }, "The idle timeout was 00:00:00.");
        Assert.Empty(_folder.Files);
    }

    public void Dispose() => _folder.Dispose();

    private static void Refuses<TError>(SnapshotServerOptions options, string message)
        where TError : Exception =>
        Assert.Contains(message, Assert.ThrowsAny<TError>(() => new SnapshotServer(options)).Message, StringComparison.Ordinal);

    private SnapshotServer Open() => new(new SnapshotServerOptions { SocketPath = _folder.Socket });

    /// <summary>Leaves the file of a socket behind on which nobody listens: .NET removes it only where it was bound.</summary>
    private void LeaveStaleSocket()
    {
        using var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        dead.Bind(new UnixDomainSocketEndPoint(_folder.At("bound")));
        dead.Listen();
        File.Move(_folder.At("bound"), _folder.Socket);
    }
}
