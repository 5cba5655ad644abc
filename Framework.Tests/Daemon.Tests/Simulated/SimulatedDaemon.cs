using System.Net;
using System.Runtime.InteropServices;
using Concurrency.Http;
using Concurrency.Patterns;
using Concurrency.Sources.Files;
using Concurrency.Sources.Udp;
using Concurrency.Testing;
using Concurrency.TestSupport;

namespace Concurrency.Examples.Daemon.Tests.Simulated;

/// <summary>The daemon with all its components, on the executors, the network, the signals and the clock of a simulation.</summary>
/// <remarks>Its HTTP and files sources are quiet ones: what they would bring is not simulated.</remarks>
internal sealed class SimulatedDaemon : IAsyncDisposable
{
    public const int Port = 7007;

    private static readonly string[] s_executors = ["cooperative", "thread", "pool:2"];

    private readonly Sim _sim;
    private readonly ServiceDaemon _daemon;

    public SimulatedDaemon(Sim sim, int capacity)
    {
        _sim = sim;
        Node = sim.Network.Node("daemon");
        var executors = DaemonOptions.ComponentNames.ToDictionary(static name => name, _ => s_executors[sim.Choose(s_executors.Length)]);
        var options = new DaemonOptions
        {
            // Never read: nothing comes from the source that tells of its changes.
            UsersFile = "users-of-the-simulation",
            LogFile = "/dev/null",
            Executors = executors,
            Capacities = new Dictionary<string, int> { ["udp"] = capacity },
        };
        _daemon = new ServiceDaemon(options, new Surroundings
        {
            Clock = sim.Clock,
            Executors = sim.Executors,
            Http = static _ => new FakeSource<HttpExchange> { Name = "http" },
            Udp = (_, udp) => Node.CreateUdpSource(Port, udp),
            Files = static (_, _) => new FakeSource<FileChange> { Name = "files" },
            Signals = (signals, o) => sim.Signals.CreateSource(signals, o),
        });
    }

    public Testing.Simulated.SimulatedNode Node { get; }

    public IPEndPoint EndPoint => new(Node.Address, Port);

    public UdpStatistics Udp => _daemon.Udp.UdpStatistics;

    public SignalActions Signals => _daemon.Signals;

    public int ExitCode => _daemon.Components.ExitCode;

    public ComponentStatistics Of(string component) => _daemon.Components.Components.Single(c => c.Name == component).Statistics;

    /// <summary>Starts it as the host does: the host itself would leave the simulation.</summary>
    public async Task StartAsync()
    {
        await _daemon.Components.StartingAsync(CancellationToken.None);
        await _daemon.Components.StartAsync(CancellationToken.None);
        await _daemon.Components.StartedAsync(CancellationToken.None);
    }

    /// <summary>Stops it as the host does.</summary>
    /// <returns>How long it took, in virtual time.</returns>
    public async Task<TimeSpan> StopAsync()
    {
        var begun = _sim.Clock.Elapsed;
        await _daemon.Components.StoppingAsync(CancellationToken.None);
        await _daemon.Components.StopAsync(CancellationToken.None);
        await _daemon.Components.StoppedAsync(CancellationToken.None);
        return _sim.Clock.Elapsed - begun;
    }

    /// <summary>The accounts of each component, once it has ended.</summary>
    public void CheckAccounts()
    {
        foreach (var name in DaemonOptions.ComponentNames)
        {
            var s = Of(name);
            Assert.Equal(s.Source.Observed, s.Source.Coalesced + s.Source.Published);
            Assert.Equal(s.Source.Published, s.Handled + s.Source.Dropped + s.Source.Undelivered);
        }
    }

    public async ValueTask DisposeAsync() => await _daemon.DisposeAsync();

    public void Send(PosixSignal signal) => _sim.Signals.Send(signal);
}
