namespace Concurrency.Testing.Engine;

/// <summary>What a simulation looks for beside failures of the test itself, deadlocks and violated conditions.</summary>
[Flags]
public enum Detectors
{
    /// <summary>Nothing more.</summary>
    None = 0,

    /// <summary>Locks that are taken in orders which can deadlock, even if they did not in this schedule.</summary>
    /// <remarks>Asked for, it is found in the first schedule that takes them; otherwise exploring goes on to a schedule that deadlocks.</remarks>
    LockOrder = 1,

    /// <summary>Accesses to <c>Shared</c> values without an order between them.</summary>
    DataRaces = 2,

    /// <summary>Work that failed while nobody awaited it, and that nobody has looked at when the schedule ends.</summary>
    UnobservedFailures = 4,

    /// <summary>Scopes that are open when the schedule ends.</summary>
    LeakedScopes = 8,

    /// <summary>Code of the simulation that runs on another thread, told where it does so. It slows each step a little.</summary>
    /// <remarks>Work that comes back from another thread is always an escape.</remarks>
    Escapes = 16,

    /// <summary>Channels that were used and never completed. Many good programs leave some open.</summary>
    OpenChannels = 32,

    /// <summary>Writes to channels that were completed before; trying is common, so it is off unless asked for.</summary>
    WritesAfterCompletion = 64,

    /// <summary>Work that goes on for long after it was cancelled.</summary>
    IgnoredCancellation = 128,

    /// <summary>An actor that could go on and never got its turn for long while others did. Unfair strategies do that on purpose.</summary>
    Starvation = 256,

    /// <summary>Actors that go on and on while nothing that they do changes anything.</summary>
    Livelocks = 512,

    /// <summary>What has no false alarms: used unless something else is asked for.</summary>
    Default = DataRaces | UnobservedFailures | LeakedScopes,

    /// <summary>Everything.</summary>
    All = 1023,
}
