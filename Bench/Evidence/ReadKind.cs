namespace Concurrency.Bench.Evidence;

/// <summary>What the readers of a race call.</summary>
internal enum ReadKind
{
    /// <summary><c>ReadAsync(token)</c>, cancelled.</summary>
    Read,

    /// <summary><c>WaitToReadAsync(token)</c>, cancelled, and <c>TryRead</c>.</summary>
    Wait,

    /// <summary>The two in turn.</summary>
    Mixed,

    /// <summary><c>WaitToReadAsync()</c>, never cancelled, and <c>TryRead</c>.</summary>
    Uncancelled,
}
