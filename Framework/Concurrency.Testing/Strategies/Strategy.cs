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

    /// <summary>Begins a schedule.</summary>
    /// <param name="seed">The seed of this schedule.</param>
    /// <param name="estimate">What an earlier schedule of the same body was like.</param>
    /// <returns>False if every schedule has been run.</returns>
    public virtual bool Begin(ulong seed, ScheduleEstimate estimate)
    {
        Random.Reseed(seed);
        return true;
    }

    /// <summary>Picks one of the turns that can go next; called only when there are at least two.</summary>
    /// <param name="ready">In the order in which they became ready.</param>
    /// <param name="current">The actor that went last.</param>
    /// <returns>Its index.</returns>
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

    /// <summary>The schedule has ended.</summary>
    public virtual void End(bool failed, ulong hash)
    {
    }
}
