using System.Net;
using System.Net.Sockets;
using Concurrency.Channels;
using Concurrency.Sources.Udp;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Faults;
using Concurrency.Testing.Simulated;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing.Tests.Simulated;

/// <summary>What a simulated network does to datagrams.</summary>
public sealed class NetworkTests
{
    private static readonly TimeSpan s_longEnough = TimeSpan.FromMinutes(1);

    [Fact]
    public void Send_WithoutFaults_ArrivesInOrderWithinTheLatency() => Explore(async sim =>
    {
        var (from, to) = Pair(sim, new LinkOptions { MinimumLatency = TimeSpan.FromMilliseconds(10), MaximumLatency = TimeSpan.FromMilliseconds(30) });
        for (byte i = 0; i < 5; i++)
        {
            from.Send([i], to.LocalEndPoint);
        }

        var first = await to.ReceiveAsync();
        Assert.InRange(sim.Clock.Elapsed, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(31));
        Assert.Equal(from.LocalEndPoint, first.RemoteEndPoint);
        var rest = await AllAsync(sim, to);
        Assert.Equal([0, 1, 2, 3, 4], [first.Payload.Span[0], .. rest.Select(static payload => payload[0])]);
    });

    [Fact]
    public void Loss_Always_NothingArrivesAndEachIsCounted()
    {
        var report = Explore(async sim => Assert.Empty(await SentAsync(sim, new LinkOptions { Loss = 1000 }, 3)));

        Assert.Equal(3 * report.Schedules, report.Coverage.Faults["network.loss"]);
    }

    [Fact]
    public void Duplicate_Always_EachArrivesTwice() => Explore(async sim =>
        Assert.Equal([0, 0, 1, 1, 2, 2], (await SentAsync(sim, new LinkOptions { Duplicate = 1000 }, 3)).Select(static p => (int)p[0]).Order()));

    [Fact]
    public void Reorder_Sometimes_LaterOnesPass() => Explore(async sim =>
    {
        var arrived = (await SentAsync(sim, new LinkOptions { Reorder = 300 }, 4)).ConvertAll(static payload => (int)payload[0]);

        Assert.Equal([0, 1, 2, 3], arrived.Order());
        sim.Sometimes(() => !arrived.SequenceEqual([0, 1, 2, 3]), "one was passed");
        sim.Sometimes(() => arrived.SequenceEqual([0, 1, 2, 3]), "none was passed");
        await Task.Delay(s_longEnough, sim.Clock);
    });

    [Fact]
    public void Corrupt_Always_OneByteIsAnother() => Explore(async sim =>
    {
        var arrived = Assert.Single(await SentAsync(sim, new LinkOptions { Corrupt = 1000 }, 1, size: 8));

        Assert.Equal(1, arrived.Index().Count(static b => b.Item != b.Index));
    });

    [Fact]
    public void Truncate_LargerThanTheMtu_ArrivesCut() => Explore(async sim =>
        Assert.All(await SentAsync(sim, new LinkOptions { Truncate = 1000, Mtu = 100 }, 2, size: 150), static p => Assert.Equal(100, p.Length)));

    [Fact]
    public void Partition_UntilRepaired_NothingArrives() => Explore(async sim =>
    {
        var (from, to) = Pair(sim, new LinkOptions());
        var (one, other) = (sim.Network.Node("from"), sim.Network.Node("to"));
        sim.Network.Partition(one, other);
        from.Send([1], to.LocalEndPoint);
        Assert.Empty(await AllAsync(sim, to));

        sim.Network.Repair(one, other);
        from.Send([2], to.LocalEndPoint);
        Assert.Equal(2, Assert.Single(await AllAsync(sim, to))[0]);
    });

    [Fact]
    public void Refuse_NobodyThere_TheSourceCountsItAndGoesOn() => Explore(async sim =>
    {
        var (one, other) = (sim.Network.Node("from"), sim.Network.Node("to"));
        sim.Network.Link(one, other, new LinkOptions { Refuse = 1000 });
        await using var source = one.CreateUdpSource();
        await source.StartAsync(sim.Executor);
        using var client = other.CreateUdpClient();

        await source.SendToAsync(new byte[] { 1 }, new IPEndPoint(other.Address, 9));
        await Task.Delay(s_longEnough, sim.Clock);
        client.Send([2], source.LocalEndPoint!);
        using var datagram = await source.Events.ReadAsync();

        Assert.Equal(2, datagram.Payload.Span[0]);
        Assert.Equal((1, 1), (source.UdpStatistics.ReceiveErrors, source.Statistics.Errors));
        client.Send([3], new IPEndPoint(one.Address, 9));
        Assert.Equal(SocketError.ConnectionRefused, (await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync())).SocketErrorCode);
    });

    [Fact]
    public void Source_DatagramLargerThanAllowed_IsFlaggedAndTheReplyComesBack() => Explore(async sim =>
    {
        await using var source = sim.Network.Node("to").CreateUdpSource(options: new UdpSourceOptions { MaxDatagramSize = 10 });
        await source.StartAsync(sim.Executor);
        using var client = sim.Network.Node("from").CreateUdpClient();
        client.Send(new byte[11], source.LocalEndPoint!);

        using var datagram = await source.Events.ReadAsync();
        Assert.True(datagram.Truncated);
        Assert.Equal((10, client.LocalEndPoint), (datagram.Payload.Length, datagram.RemoteEndPoint));
        await datagram.ReplyAsync(new byte[] { 7 });

        var reply = await client.ReceiveAsync();
        Assert.Equal((7, source.LocalEndPoint), (reply.Payload.Span[0], reply.RemoteEndPoint));
        Assert.Equal((1, 1), (source.UdpStatistics.Truncated, source.UdpStatistics.Sent));
    });

    [Fact]
    public void Source_ThatDoesNotReceive_LosesWhatTheBufferHasNoRoomFor() => Explore(async sim =>
    {
        await using var source = sim.Network.Node("to").CreateUdpSource(options: new UdpSourceOptions { Capacity = 1, FullMode = ChannelFullMode.Wait });
        await source.StartAsync(sim.Executor);
        using var client = sim.Network.Node("from").CreateUdpClient();
        for (var i = 0; i < 10; i++)
        {
            client.Send(new byte[50_000], source.LocalEndPoint!);
        }

        await Task.Delay(s_longEnough, sim.Clock);
        Assert.InRange(source.UdpStatistics.KernelDropped!.Value, 5, 6);
        (await source.Events.ReadAsync()).Dispose();
    });

    [Fact]
    public void Bind_PortThatIsTaken_SaysSo() => Explore(async sim =>
    {
        using var client = sim.Network.Node("to").CreateUdpClient(port: 80);
        await using var source = sim.Network.Node("to").CreateUdpSource(port: 80);

        var error = await Assert.ThrowsAsync<IOException>(async () => await source.StartAsync(sim.Executor));

        Assert.Contains("in use", error.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void Client_DisposedWhileItWaits_IsReleased() => Explore(async sim =>
    {
        var client = sim.Network.Node("to").CreateUdpClient();
        var waiting = client.ReceiveAsync().AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await client.ReceiveAsync());

        client.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        Assert.Throws<ObjectDisposedException>(() => client.Send([1], client.LocalEndPoint));
    });

    [Fact]
    public void Swarm_ManySchedules_HaveEveryFaultAndNoneAtAll()
    {
        var report = Simulation.Explore(
            async sim =>
            {
                var arrived = await SentAsync(sim, new LinkOptions { Mtu = 4 }, 6, size: 8);
                var untouched = arrived.Count == 6 && arrived.Index().All(static p => p.Item.Length == 8 && p.Item[0] == p.Index);
                sim.Sometimes(() => untouched, "a schedule without faults");
                await Task.Delay(s_longEnough, sim.Clock);
            },
            new SimulationOptions { Schedules = 1000, Faults = FaultLevel.Swarm });

        report.ThrowIfFailed();
        Assert.Equal(
            ["network.corrupt", "network.duplicate", "network.loss", "network.outage", "network.reorder", "network.truncate"],
            report.Coverage.Faults.Keys);
    }

    [Fact]
    public void Swarm_Failure_ReplaysFromItsTraceAndIsMinimisedToOneFault()
    {
        static async Task AllArriveAsync(Sim sim) => Assert.Equal(4, (await SentAsync(sim, new LinkOptions(), 4)).Count);

        var failure = Simulation.Explore(AllArriveAsync, new SimulationOptions { Faults = FaultLevel.Swarm }).Failure!;
        var again = Simulation.Replay(AllArriveAsync, failure.Trace);
        var minimised = Simulation.Minimise(AllArriveAsync, failure);

        Assert.Equal(SimulationFailureKind.BodyFailed, failure.Kind);
        Assert.Equal(SimulationFailureKind.BodyFailed, again.Failure?.Kind);
        Assert.Equal(FaultLevel.Swarm, failure.Trace.Faults);
        // The rate of one fault, and that it came.
        Assert.InRange(minimised.Trace.Choices.Count(static c => c is { Kind: ChoiceKind.Fault, Chosen: > 0 }), 2, 3);
    }

    [Fact]
    public void Trace_OfASwarm_KeepsItsLevelInTheFile()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "swarm.simtrace");
        new SimulationTrace(1, "pos", []) { Faults = FaultLevel.Swarm }.Save(path);

        Assert.Equal(FaultLevel.Swarm, SimulationTrace.Load(path).Faults);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1001)]
    public void LinkOptions_RateThatCannotBe_IsRefused(int rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkOptions { Loss = rate });

    private static SimulationReport Explore(Func<Sim, Task> body)
    {
        var report = Simulation.Explore(body, new SimulationOptions { Schedules = 100 });
        report.ThrowIfFailed();
        return report;
    }

    private static (SimulatedUdpClient From, SimulatedUdpClient To) Pair(Sim sim, LinkOptions options)
    {
        var (from, to) = (sim.Network.Node("from"), sim.Network.Node("to"));
        sim.Network.Link(from, to, options);
        return (from.CreateUdpClient(), to.CreateUdpClient());
    }

    /// <summary>Sends datagrams whose bytes count from the datagram's number, and returns those that arrive.</summary>
    private static Task<List<byte[]>> SentAsync(Sim sim, LinkOptions options, int count, int size = 1)
    {
        var (from, to) = Pair(sim, options);
        for (var i = 0; i < count; i++)
        {
            from.Send([.. Enumerable.Range(i, size).Select(static b => (byte)b)], to.LocalEndPoint);
        }

        return AllAsync(sim, to);
    }

    private static async Task<List<byte[]>> AllAsync(Sim sim, SimulatedUdpClient client)
    {
        await Task.Delay(s_longEnough, sim.Clock);
        var arrived = new List<byte[]>();
        while (client.TryReceive(out var datagram))
        {
            arrived.Add(datagram.Payload.ToArray());
        }

        return arrived;
    }
}
