using System.Net;
using System.Net.Sockets;
using System.Text;
using Concurrency.Channels;
using Concurrency.Sources.Udp;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Udp;

public sealed class UdpSourceTests
{
    public static TheoryData<string> Addresses =>
        Socket.OSSupportsIPv6 ? new TheoryData<string> { "127.0.0.1", "::1" } : new TheoryData<string> { "127.0.0.1" };

    [Fact]
    public async Task U1_BindTwice_FailsAndNamesTheEndpoint()
    {
        await using var udp = await UdpFixture.StartAsync();
        await using var second = new UdpSource(udp.Source.LocalEndPoint!, new UdpSourceOptions { Name = "second" });

        var error = await Assert.ThrowsAsync<IOException>(() => second.StartAsync(udp.Executor).Within("starting"));

        Assert.Contains($"'second' cannot receive on {udp.Source.LocalEndPoint}: Address already in use", error.Message, StringComparison.Ordinal);
        Assert.Same(error, await Assert.ThrowsAsync<IOException>(() => second.Events.Completion.Within("completion")));
    }

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task U2_Datagrams_ArriveInOrderAndAreAnswered(string address)
    {
        await using var udp = await UdpFixture.StartAsync(address: IPAddress.Parse(address));

        foreach (var text in new[] { "p1", "p2", "terminate" })
        {
            await udp.SendAsync(Encoding.ASCII.GetBytes(text));
        }

        foreach (var text in new[] { "p1", "p2", "terminate" })
        {
            using var datagram = await udp.NextAsync();
            Assert.Equal(text, Encoding.ASCII.GetString(datagram.Payload.Span));
            Assert.Equal(udp.ClientEndPoint, datagram.RemoteEndPoint);
            Assert.False(datagram.Truncated);
            await datagram.ReplyAsync(Encoding.ASCII.GetBytes("re " + text));
            Assert.Equal("re " + text, Encoding.ASCII.GetString(await udp.ReceiveAsync()));
        }

        Assert.Equal(3, udp.Source.UdpStatistics.Sent);
    }

    [Fact]
    public async Task U3_ReadOfOne_TakesExactlyOne()
    {
        await using var udp = await UdpFixture.StartAsync();
        await udp.SendAsync(1);
        await udp.SendAsync(2);

        using var first = await udp.NextAsync();
        await udp.Source.StopAsync().Within("stopping");

        Assert.Equal([1], first.Payload.ToArray());
        Assert.InRange(udp.Source.Events.Count, 0, 1);
    }

    [Fact]
    public async Task U4_HandlerFails_NothingElseIsLost()
    {
        await using var udp = await UdpFixture.StartAsync();
        for (byte i = 0; i < 3; i++)
        {
            await udp.SendAsync(i);
        }

        var seen = new List<byte>();
        for (var i = 0; i < 3; i++)
        {
            try
            {
                using var datagram = await udp.NextAsync();
                seen.Add(datagram.Payload.Span[0]);
                throw new InvalidDataException("handler");
            }
            catch (InvalidDataException)
            {
                // What a component that isolates failures does.
            }
        }

        Assert.Equal([0, 1, 2], seen);
    }

    [Fact]
    public async Task U5_InterruptedReceive_DeliversNothingAndLosesNothing()
    {
        var script = new ScriptedReceiver(SocketError.Interrupted, 1, SocketError.Interrupted, SocketError.Interrupted, 2);
        await using var udp = await UdpFixture.StartAsync((endPoint, o) => new UdpSource(endPoint, o, (_, _, _) => script));

        using var first = await udp.NextAsync();
        using var second = await udp.NextAsync();

        Assert.Equal([1, 2], new[] { first.Payload.Span[0], second.Payload.Span[0] });
        Assert.Equal((2L, 0L), (udp.Source.Statistics.Published, udp.Source.Statistics.Errors));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(61_440)]
    public async Task U6_OneByteTooMany_IsRefusedWithBothSizes(int limit)
    {
        await using var udp = await UdpFixture.StartAsync(new UdpSourceOptions { MaxDatagramSize = limit });
        await udp.SendAsync(0);
        using var datagram = await udp.NextAsync();

        await datagram.ReplyAsync(new byte[limit]).Within("allowed");
        var reply = await Assert.ThrowsAsync<ArgumentException>(() => datagram.ReplyAsync(new byte[limit + 1]).AsTask());
        var send = await Assert.ThrowsAsync<ArgumentException>(
            () => udp.Source.SendToAsync(new byte[limit + 1], udp.ClientEndPoint).AsTask());

        Assert.Equal(limit, (await udp.ReceiveAsync()).Length);
        Assert.All([reply, send], error =>
        {
            Assert.Contains($"{limit + 1} bytes", error.Message, StringComparison.Ordinal);
            Assert.Contains($"allows {limit} ", error.Message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task F9_LargerThanAllowed_IsFlaggedAndCounted(bool portable)
    {
        await using var udp = await UdpFixture.StartAsync(portable, new UdpSourceOptions { MaxDatagramSize = 4 });
        await udp.SendAsync(1, 2, 3, 4);
        await udp.SendAsync(1, 2, 3, 4, 5);
        await udp.SendAsync();

        using var exact = await udp.NextAsync();
        using var longer = await udp.NextAsync();
        using var empty = await udp.NextAsync();

        Assert.False(exact.Truncated);
        Assert.Equal([1, 2, 3, 4], exact.Payload.ToArray());
        Assert.True(longer.Truncated);
        Assert.Equal([1, 2, 3, 4], longer.Payload.ToArray());
        Assert.False(empty.Truncated);
        Assert.Equal(0, empty.Payload.Length);
        Assert.Equal(1, udp.Source.UdpStatistics.Truncated);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Payload_OfEverySize_IsWhole(bool portable)
    {
        await using var udp = await UdpFixture.StartAsync(portable, new UdpSourceOptions());
        foreach (var size in new[] { 0, 1, 64, 2047, 2048, 2049, 9000, 65_507 })
        {
            var sent = new byte[size];
            for (var i = 0; i < size; i++)
            {
                sent[i] = (byte)(i * 7);
            }

            await udp.SendAsync(sent);
            using var datagram = await udp.NextAsync();
            Assert.Equal(sent, datagram.Payload.ToArray());
        }
    }

    [Fact]
    public async Task F10_SendError_GoesToTheSenderAndTheSourceGoesOn()
    {
        await using var udp = await UdpFixture.StartAsync();

        // A broadcast without SO_BROADCAST is refused by the system at once.
        await Assert.ThrowsAsync<SocketException>(
            () => udp.Source.SendToAsync(new byte[1], new IPEndPoint(IPAddress.Broadcast, 9)).AsTask().Within("refused send"));
        await udp.Source.SendToAsync(new byte[] { 7 }, udp.ClientEndPoint).Within("good send");
        await udp.SendAsync(8);
        using var datagram = await udp.NextAsync();

        Assert.Equal([7], await udp.ReceiveAsync());
        Assert.Equal([8], datagram.Payload.ToArray());
        Assert.Equal((1L, 1L), (udp.Source.UdpStatistics.Sent, udp.Source.UdpStatistics.SendErrors));
    }

    [Fact]
    public async Task PortUnreachable_ReportedByTheNetwork_IsCountedAndTheSourceGoesOn()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        const int IpLevel = 0;
        const int ReceiveErrors = 11;
        await using var udp = await UdpFixture.StartAsync(new UdpSourceOptions
        {
            ConfigureSocket = static socket => socket.SetRawSocketOption(IpLevel, ReceiveErrors, BitConverter.GetBytes(1)),
        });
        IPEndPoint closed;
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            closed = (IPEndPoint)socket.LocalEndPoint!;
        }

        await udp.Source.SendToAsync(new byte[1], closed).Within("sending to a closed port");
        await udp.SendAsync(1);
        using var datagram = await udp.NextAsync();

        Assert.Equal([1], datagram.Payload.ToArray());
        Assert.Equal((1L, 1L), (udp.Source.Statistics.Errors, udp.Source.UdpStatistics.ReceiveErrors));
    }

    [Fact]
    public async Task SocketBreaks_EndsTheSourceWithTheError()
    {
        var script = new ScriptedReceiver(1, SocketError.NotSocket);
        await using var udp = await UdpFixture.StartAsync((endPoint, o) => new UdpSource(endPoint, o, (_, _, _) => script));

        using var datagram = await udp.NextAsync();
        var error = await Assert.ThrowsAsync<IOException>(() => udp.Source.Events.Completion.Within("completion"));

        Assert.Contains("'udp'", error.Message, StringComparison.Ordinal);
        Assert.Equal(SocketError.NotSocket, Assert.IsType<SocketException>(error.InnerException).SocketErrorCode);
    }

    [Theory]
    [InlineData(ChannelFullMode.DropWrite, new byte[] { 0, 1, 2, 3 })]
    [InlineData(ChannelFullMode.DropNewest, new byte[] { 0, 1, 2, 9 })]
    [InlineData(ChannelFullMode.DropOldest, new byte[] { 6, 7, 8, 9 })]
    public async Task Full_DropModes_KeepWhatTheySay(ChannelFullMode mode, byte[] kept)
    {
        var script = new ScriptedReceiver([.. Enumerable.Range(0, 10).Cast<object>()]);
        await using var udp = await UdpFixture.StartAsync(
            (endPoint, o) => new UdpSource(endPoint, o, (_, _, _) => script), new UdpSourceOptions { Capacity = 4, FullMode = mode });
        await script.Finished.Within("ten datagrams");

        var seen = new List<byte>();
        while (udp.Source.Events.TryRead(out var datagram))
        {
            seen.Add(datagram.Payload.Span[0]);
            datagram.Dispose();
        }

        Assert.Equal(kept, seen);
        var statistics = udp.Source.Statistics;
        Assert.Equal((10L, 10L, 6L), (statistics.Observed, statistics.Published, statistics.Dropped));
    }

    [Fact]
    public async Task Full_Wait_LeavesTheRestToTheKernelWhichTellsWhatItDropped()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        const int Sent = 2000;
        await using var udp = await UdpFixture.StartAsync(new UdpSourceOptions
        {
            Capacity = 1,
            FullMode = ChannelFullMode.Wait,
            ConfigureSocket = static socket => socket.ReceiveBufferSize = 4096,
        });
        for (var i = 0; i < Sent; i++)
        {
            await udp.SendAsync(new byte[64]);
        }

        var dropped = udp.Source.UdpStatistics.KernelDropped;
        var read = 0;
        while (read < Sent - dropped)
        {
            (await udp.NextAsync()).Dispose();
            read++;
        }

        await udp.Source.StopAsync().Within("stopping");
        Assert.True(dropped > 0, "The kernel's buffer took everything.");
        Assert.Equal(dropped, udp.Source.UdpStatistics.KernelDropped);
        Assert.Equal((Sent - dropped, 0L), (udp.Source.Statistics.Published, udp.Source.Statistics.Dropped));
    }

    [Fact]
    public async Task Stop_WhileItWaitsForRoom_PublishesNothingNew()
    {
        await using var udp = await UdpFixture.StartAsync(
            static (endPoint, options) => new UdpSource(endPoint, options, static (_, _, _) => new ScriptedReceiver(1, 2)),
            new UdpSourceOptions { Capacity = 1, FullMode = ChannelFullMode.Wait });
        Assert.True(await udp.Source.Events.WaitToReadAsync().Within("the first datagram"));
        // A turn behind the pump's own: by now it waits for room.
        await udp.Executor.InvokeAsync(static () => { }).Within("the pump's turn");

        await udp.Source.StopAsync().Within("stopping");
        using var first = await udp.NextAsync();

        Assert.False(await udp.Source.Events.WaitToReadAsync().Within("the end of the events"));
        Assert.Equal((1L, 1L), (udp.Source.Statistics.Observed, udp.Source.Statistics.Published));
    }

    [Fact]
    public async Task Stop_RepliesStayPossibleUntilDispose()
    {
        await using var udp = await UdpFixture.StartAsync();
        await udp.SendAsync(1);
        using var datagram = await udp.NextAsync();

        await udp.Source.StopAsync().Within("stopping");
        await datagram.ReplyAsync(new byte[] { 2 }).Within("reply after stop");
        Assert.Equal([2], await udp.ReceiveAsync());
        await udp.Source.DisposeAsync().Within("disposing");

        await Assert.ThrowsAsync<ObjectDisposedException>(() => datagram.ReplyAsync(new byte[] { 3 }).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => udp.Source.SendToAsync(new byte[] { 3 }, udp.ClientEndPoint).AsTask());
    }

    [Fact]
    public async Task SendTo_BeforeStart_SaysSo()
    {
        await using var source = new UdpSource(new IPEndPoint(IPAddress.Loopback, 0));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => source.SendToAsync(new byte[1], new IPEndPoint(IPAddress.Loopback, 9)).AsTask());

        Assert.Contains("'udp' has no socket before it was started", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Datagram_AfterDispose_RefusesEveryUse()
    {
        await using var udp = await UdpFixture.StartAsync();
        await udp.SendAsync(1);
        var datagram = await udp.NextAsync();

        datagram.Dispose();
        datagram.Dispose();

        Assert.Throws<ObjectDisposedException>(() => datagram.Payload);
        Assert.Throws<ObjectDisposedException>(() => datagram.RemoteEndPoint);
        Assert.Throws<ObjectDisposedException>(() => datagram.Timestamp);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => datagram.ReplyAsync(new byte[1]).AsTask());
    }

    [Fact]
    public async Task Datagram_DisposedTwice_DoesNotEndTheNextOneInItsBuffer()
    {
        await using var udp = await UdpFixture.StartAsync(new UdpSourceOptions { Capacity = 1 });
        await udp.SendAsync(1);
        var first = await udp.NextAsync();
        first.Dispose();

        for (byte i = 2; i < 200; i++)
        {
            await udp.SendAsync(i);
            var next = await udp.NextAsync();
            first.Dispose();
            Assert.Equal([i], next.Payload.ToArray());
            next.Dispose();
        }
    }

    [Fact]
    public async Task Default_Datagram_CanBeDisposedAndNothingElse()
    {
        var nothing = default(UdpDatagram);
        nothing.Dispose();

        Assert.Throws<ObjectDisposedException>(() => nothing.Payload);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task RemoteEndPoint_OfTheSameSender_IsTheSameObject()
    {
        await using var udp = await UdpFixture.StartAsync();
        await udp.SendAsync(1);
        await udp.SendAsync(2);

        using var first = await udp.NextAsync();
        using var second = await udp.NextAsync();

        Assert.Same(first.RemoteEndPoint, second.RemoteEndPoint);
    }

    [Fact]
    public async Task AnyIPv6_ReceivesIPv4Too()
    {
        if (!Socket.OSSupportsIPv6)
        {
            return;
        }

        await using var udp = await UdpFixture.StartAsync(
            (_, options) => new UdpSource(new IPEndPoint(IPAddress.IPv6Any, 0), options));
        var port = udp.Source.LocalEndPoint!.Port;
        await udp.Client.SendToAsync(new byte[] { 4 }, new IPEndPoint(IPAddress.Loopback, port)).Within("sending");

        using var datagram = await udp.NextAsync();
        await datagram.ReplyAsync(new byte[] { 5 });

        Assert.True(datagram.RemoteEndPoint.Address.IsIPv4MappedToIPv6);
        var reply = new byte[8];
        Assert.Equal(1, await udp.Client.ReceiveAsync(reply).Within("reply"));
        Assert.Equal(5, reply[0]);
    }

    [Fact]
    public async Task Storm_OnACooperativeExecutor_LeavesTurnsToOthers()
    {
        await using var udp = await UdpFixture.StartAsync();
        using var ending = new CancellationTokenSource();
        var storm = Task.Factory.StartNew(
            () =>
            {
                var payload = new byte[16];
                while (!ending.IsCancellationRequested)
                {
                    udp.Client.SendTo(payload, udp.Source.LocalEndPoint!);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        (await udp.NextAsync()).Dispose();

        for (var i = 0; i < 100; i++)
        {
            await udp.Executor.InvokeAsync(static () => { }).Within("a turn beside the storm");
        }

        await ending.CancelAsync();
        await storm.Within("storm");
    }

    [Fact]
    public void Options_OutOfRange_SayWhatIsAllowed()
    {
        Assert.Contains("Use 1 to 65527", Assert.Throws<ArgumentOutOfRangeException>(
            () => new UdpSourceOptions { MaxDatagramSize = 0 }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new UdpSourceOptions { MaxDatagramSize = 65_528 });
        Assert.Contains("Use Wait, DropWrite, DropNewest or DropOldest", Assert.Throws<ArgumentException>(
            () => new UdpSourceOptions { FullMode = ChannelFullMode.Reject }).Message, StringComparison.Ordinal);
    }
}
