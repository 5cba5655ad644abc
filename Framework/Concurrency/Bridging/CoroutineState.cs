namespace Concurrency.Bridging;

/// <summary>Where a coroutine is in its life.</summary>
internal enum CoroutineState
{
    /// <summary>It has not begun.</summary>
    New,

    /// <summary>It waits in <c>Yield</c>.</summary>
    Suspended,

    /// <summary>It has control, or has switched to another that has.</summary>
    Active,

    /// <summary>Its body has ended, or never will begin.</summary>
    Ended,
}
