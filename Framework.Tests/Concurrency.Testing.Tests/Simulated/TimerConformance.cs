using Concurrency.Execution;
using Concurrency.Sources;
using Concurrency.TestSupport;

namespace Concurrency.Testing.Tests.Simulated;

/// <summary>The timer source keeps the suite of all sources under the virtual clock.</summary>
public sealed class TimerConformance
{
    public static TheoryData<string, ExecutorKind> Facts
    {
        get
        {
            var facts = new TheoryData<string, ExecutorKind>();
            foreach (var fact in SuiteInSimulation.FactsOf(typeof(Suite)))
            {
                facts.Add(fact, ExecutorKind.Cooperative);
                facts.Add(fact, ExecutorKind.Pool);
            }

            return facts;
        }
    }

    [Theory]
    [MemberData(nameof(Facts))]
    public void TimerSource_OnTheVirtualClock_KeepsTheSuite(string fact, ExecutorKind kind) =>
        SuiteInSimulation.Run(sim => new Suite(sim, kind), fact);

    private sealed class Suite(Sim sim, ExecutorKind kind) : SimulatedSuite<TimerTick>(sim, kind)
    {
        protected override bool KeepsEveryEvent => true;

        protected override SourceRig<TimerTick> CreateRig(int capacity) => new Rig(Sim, new TimerSource(
            new TimerSourceOptions(Rig.Period) { Capacity = capacity, MissedTicks = MissedTickPolicy.CatchUp }));
    }

    private sealed class Rig(Sim sim, TimerSource source) : SourceRig<TimerTick>
    {
        public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

        public override IEventSource<TimerTick> Source => source;

        public override Task RaiseAsync(int count) => Task.Delay(count * Period, sim.Clock);

        public override ValueTask DisposeAsync() => default;
    }
}
