using Concurrency.Channels;
using Concurrency.Execution;
using Concurrency.Sources;
using Concurrency.Sources.Udp;
using Concurrency.Testing.Simulated;
using Concurrency.TestSupport;

namespace Concurrency.Testing.Tests.Simulated;

/// <summary>The simulated UDP source keeps the suite that the real one keeps.</summary>
public sealed class UdpConformance
{
    public static TheoryData<string, ExecutorKind, ChannelFullMode> Facts
    {
        get
        {
            var facts = new TheoryData<string, ExecutorKind, ChannelFullMode>();
            foreach (var fact in SuiteInSimulation.FactsOf(typeof(Suite)))
            {
                facts.Add(fact, ExecutorKind.Cooperative, ChannelFullMode.DropWrite);
                facts.Add(fact, ExecutorKind.DedicatedThread, ChannelFullMode.Wait);
                facts.Add(fact, ExecutorKind.Pool, ChannelFullMode.DropWrite);
                facts.Add(fact, ExecutorKind.Pool, ChannelFullMode.Wait);
            }

            return facts;
        }
    }

    [Theory]
    [MemberData(nameof(Facts))]
    public void UdpSource_OfASimulation_KeepsTheSuite(string fact, ExecutorKind kind, ChannelFullMode fullMode) =>
        SuiteInSimulation.Run(sim => new Suite(sim, kind, fullMode), fact);

    private sealed class Suite(Sim sim, ExecutorKind kind, ChannelFullMode fullMode) : SimulatedSuite<UdpDatagram>(sim, kind)
    {
        protected override bool KeepsEveryEvent => fullMode == ChannelFullMode.Wait;

        protected override SourceRig<UdpDatagram> CreateRig(int capacity) => new Rig(
            Sim.Network.Node("server").CreateUdpSource(options: new UdpSourceOptions { Capacity = capacity, FullMode = fullMode }),
            Sim.Network.Node("client").CreateUdpClient());
    }

    private sealed class Rig(UdpSource source, SimulatedUdpClient client) : SourceRig<UdpDatagram>
    {
        public override IEventSource<UdpDatagram> Source => source;

        public override Task RaiseAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                client.Send(BitConverter.GetBytes(i), source.LocalEndPoint!);
            }

            return Task.CompletedTask;
        }

        public override ValueTask DisposeAsync()
        {
            client.Dispose();
            return default;
        }
    }
}
