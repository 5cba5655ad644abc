using System.Runtime.InteropServices;
using System.Text.Json;
using Concurrency.Scopes;
using Concurrency.Testing;
using Concurrency.Testing.Faults;
using Concurrency.Testing.Simulated;

namespace Concurrency.Examples.Daemon.Tests.Simulated;

/// <summary>The daemon's components under schedules, faults and a shutdown at any time; more schedules with SIM_SCHEDULES.</summary>
public sealed class DaemonSimulationTests
{
    private const int Clients = 3;
    private const int PerClient = 8;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public void Daemon_UnderFaultsAndStoppedInTheMiddle_KeepsItsAccountsAndItsDeadline() => Run(FaultLevel.Swarm, StoppedInTheMiddleAsync);

    [Fact]
    public void Daemon_OnAPerfectNetwork_AnswersEachDatagramOnceAndInOrder() => Run(FaultLevel.None, AllAnsweredAsync);

    private static void Run(FaultLevel faults, Func<Sim, Task> body)
    {
        DaemonJson.Prepare();
        Simulation.Explore(body, new SimulationOptions { Schedules = 200, Faults = faults }).ThrowIfFailed();
    }

    private static async Task StoppedInTheMiddleAsync(Sim sim)
    {
        await using var daemon = new SimulatedDaemon(sim, capacity: 1 + sim.Choose(4));
        await daemon.StartAsync();
        var clients = Enumerable.Range(0, Clients).Select(i => new UdpCaller(sim, daemon, $"client {i}")).ToArray();
        TimeSpan took = default;
        await TaskScope.RunAsync(async scope =>
        {
            foreach (var client in clients)
            {
                _ = scope.Start(client.Name, token => client.SendAsync(PerClient, token));
            }

            _ = scope.Start("signals", token => SignalAsync(sim, daemon, token));
            await Task.Delay(TimeSpan.FromMilliseconds(sim.Choose(100)), sim.Clock);
            took = await daemon.StopAsync();
        });
        await Task.Delay(TimeSpan.FromMinutes(1), sim.Clock);

        Assert.InRange(took, TimeSpan.Zero, s_deadline);
        Assert.Equal(0, daemon.ExitCode);
        daemon.CheckAccounts();
        var udp = daemon.Of("udp");
        // Each datagram that was handled was answered once, or its answer was refused and counted.
        Assert.Equal(udp.Handled, daemon.Udp.Sent + daemon.Udp.SendErrors);
        Assert.Equal(udp.Failed, daemon.Udp.SendErrors);
        // A shutdown that keeps its deadline hands over all that was accepted.
        Assert.Equal(0, udp.Source.Undelivered);
        Assert.Equal(daemon.Of("signals").Handled, daemon.Signals.Reopened + daemon.Signals.Logged);
        sim.Sometimes(() => udp.Source.Dropped > 0, "a datagram found the channel full");
        sim.Sometimes(() => udp.Handled > 0 && udp.Handled < Clients * PerClient, "the daemon was stopped in the middle");
        Array.ForEach(clients, static client => client.Dispose());
        await Task.Delay(TimeSpan.FromSeconds(1), sim.Clock);
    }

    private static async Task AllAnsweredAsync(Sim sim)
    {
        await using var daemon = new SimulatedDaemon(sim, capacity: 1024);
        await daemon.StartAsync();
        var clients = Enumerable.Range(0, Clients).Select(i => new UdpCaller(sim, daemon, $"client {i}")).ToArray();
        await TaskScope.RunAsync(scope =>
        {
            foreach (var client in clients)
            {
                _ = scope.Start(client.Name, token => client.SendAsync(PerClient, token));
            }

            _ = scope.Start("signals", token => SignalAsync(sim, daemon, token));
            return Task.CompletedTask;
        });
        await Task.Delay(TimeSpan.FromSeconds(1), sim.Clock);
        await daemon.StopAsync();

        daemon.CheckAccounts();
        var answers = clients.Select(static client => client.Answers()).ToArray();
        Assert.All(answers, static own => Assert.Equal(Enumerable.Range(0, PerClient), own.Select(static reply => reply.Size)));
        Assert.All(answers, static own => Assert.Equal(own.Select(static reply => reply.Seq).Order(), own.Select(static reply => reply.Seq)));
        Assert.Equal(Enumerable.Range(1, Clients * PerClient).Select(static n => (long)n), answers.SelectMany(static own => own.Select(static r => r.Seq)).Order());
        Assert.True(daemon.Signals is { Reopened: > 0, Logged: > 0 });
        Array.ForEach(clients, static client => client.Dispose());
    }

    private static async Task SignalAsync(Sim sim, SimulatedDaemon daemon, CancellationToken cancellationToken)
    {
        for (var i = 0; i < 4; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(sim.Choose(40)), sim.Clock, cancellationToken);
            daemon.Send(i % 2 == 0 ? PosixSignal.SIGHUP : SignalActions.UserSignal1);
        }
    }

    /// <summary>Sends datagrams of 0, 1, 2, … bytes with pauses, and keeps the answers.</summary>
    private sealed class UdpCaller(Sim sim, SimulatedDaemon daemon, string name) : IDisposable
    {
        private readonly SimulatedUdpClient _client = sim.Network.Node(name).CreateUdpClient();

        public string Name => name;

        public async Task SendAsync(int count, CancellationToken cancellationToken)
        {
            for (var i = 0; i < count; i++)
            {
                _client.Send(new byte[i], daemon.EndPoint);
                // In bursts, so that the channel is found full.
                await Task.Delay(TimeSpan.FromMilliseconds(sim.Maybe(60) ? 0 : sim.Choose(20)), sim.Clock, cancellationToken);
            }
        }

        public List<UdpReply> Answers()
        {
            var answers = new List<UdpReply>();
            while (_client.TryReceive(out var datagram))
            {
                answers.Add(JsonSerializer.Deserialize(datagram.Payload.Span, DaemonJson.Default.UdpReply)!);
            }

            return answers;
        }

        public void Dispose() => _client.Dispose();
    }
}
