using Concurrency.Testing.Choices;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Strategies;

/// <summary>Decides everything that a schedule leaves open.</summary>
internal abstract class Strategy
{
    /// <summary>The draws of this schedule, for whatever the strategy does not rank itself.</summary>
    protected Prng Random { get; } = new(0);

    /// <summary>The form that <see cref="SimulationStrategy.Parse"/> reads.</summary>
    public abstract string Name { get; }

    /// <summary>The strategy that decides the schedule which was begun: this one, unless it only picks another.</summary>
    public virtual Strategy Concrete => this;

    /// <summary>Whether it must know what a schedule is like: then the first one, drawn at random, is a probe.</summary>
    public virtual bool NeedsEstimate => false;

    /// <summary>Whether it runs all schedules, one after the other; it then begins each with the same seed.</summary>
    public virtual bool IsExhaustive => false;

    /// <summary>Where a schedule tells which things its steps work on; null to save the effort.</summary>
    public virtual AccessLog? Accesses => null;

    /// <summary>Where a schedule tells what it shows; null to save the effort.</summary>
    public virtual Novelty? Novelty => null;

    /// <summary>Begins a schedule.</summary>
    /// <param name="seed">The seed of this schedule.</param>
    /// <param name="estimate">What the probe of the same body was like.</param>
    /// <returns>False if every schedule has been run.</returns>
    public virtual bool Begin(ulong seed, ScheduleEstimate estimate)
    {
        Random.Reseed(seed);
        return true;
    }

    /// <summary>Picks one of the turns that can go next; called only when there are at least two.</summary>
    /// <param name="ready">In the order in which they became ready.</param>
    /// <param name="current">The actor that went last.</param>
    /// <returns>Its index, or -1 to give the schedule up because it would show nothing new.</returns>
    public abstract int Pick(ReadySet ready, Actor? current);

    /// <summary>Picks a number from 0 to below <paramref name="of"/>.</summary>
    public virtual int PickValue(ChoiceKind kind, int of) => Random.Below(of);

    /// <summary>A new actor was made.</summary>
    public virtual void Created(Actor actor)
    {
    }

    /// <summary>A turn became ready.</summary>
    public virtual void Added(ReadyItem item)
    {
    }

    /// <summary>A turn is about to go.</summary>
    public virtual void Going(ReadyItem item, ReadySet rest)
    {
    }

    /// <summary>Nothing was ready, and the clock went to the next timer.</summary>
    public virtual void TimePassed()
    {
    }

    /// <summary>The schedule has ended.</summary>
    public virtual void End(bool failed, ulong hash)
    {
    }
}
