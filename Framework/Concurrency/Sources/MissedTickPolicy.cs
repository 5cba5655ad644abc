namespace Concurrency.Sources;

/// <summary>Says what a <see cref="TimerSource"/> does with ticks that came due while it could not publish them.</summary>
public enum MissedTickPolicy
{
    /// <summary>They are merged into one tick that tells how many it stands for.</summary>
    Merge,

    /// <summary>Each is published, as fast as the reader takes them.</summary>
    CatchUp,

    /// <summary>They are left out; the next tick comes at the next regular time.</summary>
    Skip,
}
