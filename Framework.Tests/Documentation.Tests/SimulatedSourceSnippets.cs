using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Documentation.Tests;

/// <summary>The code blocks about simulated sources.</summary>
public sealed class SimulatedSourceSnippets
{
    [Fact]
    public void SimulatedUdp_AnswersItsClient()
    {
        #region simulated-udp
        var report = Simulation.Explore(async sim =>
        {
            var server = sim.Network.Node("server");
            await using var echo = new Component<UdpDatagram>(
                "echo", server.CreateUdpSource(port: 7), sim.Executor, (datagram, token) => datagram.ReplyAsync(datagram.Payload, token));
            await echo.StartAsync();

            using var client = sim.Network.Node("client").CreateUdpClient();
            client.Send("hello"u8, new IPEndPoint(server.Address, 7));
            var answer = await client.ReceiveAsync();

            Assert.Equal("hello", Encoding.UTF8.GetString(answer.Payload.Span));
        });
        report.ThrowIfFailed();
        #endregion
    }

    [Fact]
    public void SimulatedLink_LosesAndDelays()
    {
        #region simulated-link
        var report = Simulation.Explore(async sim =>
        {
            var (paris, lima) = (sim.Network.Node("paris"), sim.Network.Node("lima"));
            sim.Network.Link(paris, lima, new LinkOptions
            {
                MinimumLatency = TimeSpan.FromMilliseconds(90),
                MaximumLatency = TimeSpan.FromMilliseconds(140),
                Loss = 100,
                Reorder = 20,
            });
            using var sender = paris.CreateUdpClient();
            using var receiver = lima.CreateUdpClient();
            sender.Send("one"u8, receiver.LocalEndPoint);
            await Task.Delay(TimeSpan.FromSeconds(10), sim.Clock);
            var arrived = receiver.TryReceive(out _);

            sim.Sometimes(() => arrived, "it arrives");
            sim.Sometimes(() => !arrived, "it is lost");
            await Executor.Yield();
        });
        report.ThrowIfFailed();
        #endregion
    }

    [Fact]
    public void SimulatedSwarm_FindsTheClientThatWaitsForEver()
    {
        #region simulated-swarm
        var report = Simulation.Explore(
            async sim =>
            {
                using var server = sim.Network.Node("server").CreateUdpClient(port: 7);
                using var client = sim.Network.Node("client").CreateUdpClient();
                client.Send("ping"u8, server.LocalEndPoint);
                await server.ReceiveAsync(); // a datagram may be lost: this needs a time limit, and the client a second try
            },
            new SimulationOptions { Faults = FaultLevel.Swarm });

        Console.WriteLine(report.Failure!.Kind); // Deadlock
        #endregion

        Assert.Equal(SimulationFailureKind.Deadlock, report.Failure.Kind);
    }

    [Fact]
    public void SimulatedSignals_AreMergedAsByTheKernel()
    {
        #region simulated-signals
        var report = Simulation.Explore(async sim =>
        {
            await using var signals = sim.Signals.CreateSource(PosixSignal.SIGHUP);
            await signals.StartAsync(sim.Executor);
            sim.Signals.Send(PosixSignal.SIGHUP);
            sim.Signals.Send(PosixSignal.SIGHUP);

            var signal = await signals.Events.ReadAsync();

            Assert.Equal("SIGHUP", signal.Name);
            Assert.Equal(1, sim.Signals.Merged);
        });
        report.ThrowIfFailed();
        #endregion
    }
}
