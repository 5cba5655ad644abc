namespace Concurrency.Testing.Strategies;

/// <summary>A ready turn that need not go before something has happened on which it depends: all schedules in which it goes earlier have been run.</summary>
/// <param name="Turn">Its number.</param>
/// <param name="Actor">Whose it is.</param>
/// <param name="Effects">What it did in those schedules.</param>
/// <param name="Known">How many things had a number when it went.</param>
internal sealed record SleepingTurn(long Turn, int Actor, StepEffects Effects, int Known)
{
    public bool StaysAsleepAfter(DporStep step) =>
        step.Actor != Actor && !Effects.IsFirstLook && !step.Effects.IsFirstLook && !Effects.Conflicts(step.Effects, Known);
}
