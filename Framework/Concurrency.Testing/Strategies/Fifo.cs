using Concurrency.Testing.Choices;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Strategies;

/// <summary>The turn that has been ready longest goes: the order of an event loop.</summary>
internal sealed class Fifo : Strategy
{
    public override string Name => "fifo";

    public override int Pick(ReadySet ready, Actor? current) => 0;

    public override int PickValue(ChoiceKind kind, int of) => Random.Below(of);
}
