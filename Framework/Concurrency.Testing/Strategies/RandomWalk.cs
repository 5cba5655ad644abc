using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Strategies;

/// <summary>Every ready turn is as likely as any other.</summary>
internal sealed class RandomWalk : Strategy
{
    public override string Name => "random";

    public override int Pick(ReadySet ready, Actor? current) => Random.Below(ready.Count);
}
