namespace Concurrency.Testing.Engine;

/// <summary>What went wrong in a schedule.</summary>
public enum SimulationFailureKind
{
    /// <summary>The test's body threw.</summary>
    BodyFailed,

    /// <summary>A callback or a piece of work that nobody awaits threw.</summary>
    UnhandledException,

    /// <summary>Nothing can go on, no timer is pending, and the body has not ended.</summary>
    Deadlock,

    /// <summary>The body ended, but something that it started waits for ever.</summary>
    BlockedAtEnd,

    /// <summary>The body ended, but something that it started goes on and on.</summary>
    RunsAfterEnd,

    /// <summary>The schedule took more steps than allowed.</summary>
    TooManySteps,

    /// <summary>A condition that must always hold did not.</summary>
    AlwaysViolated,

    /// <summary>A condition that must hold in the end did not in time.</summary>
    EventuallyViolated,

    /// <summary>Something ran on another thread, or waited for real time.</summary>
    Escape,

    /// <summary>Code blocked the simulation's thread.</summary>
    BlockingWait,

    /// <summary>Two actors used a <c>Shared</c> value without an order between them.</summary>
    DataRace,

    /// <summary>A history has no order in which its operations could have happened one after the other.</summary>
    NotLinearizable,

    /// <summary>Locks are taken in an order that can deadlock.</summary>
    LockOrder,

    /// <summary>A scope was still open at the end.</summary>
    LeakedScope,

    /// <summary>A channel was never completed, or was written to after it was.</summary>
    ChannelMisuse,

    /// <summary>Work went on for long after it was cancelled.</summary>
    IgnoredCancellation,

    /// <summary>An actor that could go on did not get its turn for long.</summary>
    Starvation,

    /// <summary>Actors went on and on, and nothing new happened.</summary>
    Livelock,

    /// <summary>A failure that nobody looked at.</summary>
    UnobservedFailure,

    /// <summary>A replay came to a choice that the trace does not know.</summary>
    Divergence,

    /// <summary>Two runs of one seed were different.</summary>
    Nondeterminism,
}
