using System.Runtime.InteropServices;
using Concurrency.Execution;
using Concurrency.Sources;
using Concurrency.Sources.Signals;
using Concurrency.TestSupport;

namespace Concurrency.Testing.Tests.Simulated;

/// <summary>The simulated signal source keeps the suite that the real one keeps.</summary>
public sealed class SignalConformance
{
    private const PosixSignal Signal = (PosixSignal)40;

    public static TheoryData<string, ExecutorKind> Facts
    {
        get
        {
            var facts = new TheoryData<string, ExecutorKind>();
            foreach (var fact in SuiteInSimulation.FactsOf(typeof(Suite)))
            {
                facts.Add(fact, ExecutorKind.Cooperative);
                facts.Add(fact, ExecutorKind.DedicatedThread);
                facts.Add(fact, ExecutorKind.Pool);
            }

            return facts;
        }
    }

    [Theory]
    [MemberData(nameof(Facts))]
    public void SignalSource_OfASimulation_KeepsTheSuite(string fact, ExecutorKind kind) =>
        SuiteInSimulation.Run(sim => new Suite(sim, kind), fact);

    private sealed class Suite(Sim sim, ExecutorKind kind) : SimulatedSuite<SignalEvent>(sim, kind)
    {
        protected override bool KeepsEveryEvent => true;

        protected override SourceRig<SignalEvent> CreateRig(int capacity) => new Rig(
            Sim, Sim.Signals.CreateSource([Signal], new SignalSourceOptions { Capacity = capacity }));
    }

    private sealed class Rig(Sim sim, SignalSource source) : SourceRig<SignalEvent>
    {
        public override IEventSource<SignalEvent> Source => source;

        public override Task RaiseAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                sim.Signals.Send(Signal);
            }

            return Task.CompletedTask;
        }

        public override ValueTask DisposeAsync() => default;
    }
}
