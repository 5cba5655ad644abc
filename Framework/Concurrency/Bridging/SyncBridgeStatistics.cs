namespace Concurrency.Bridging;

/// <summary>A snapshot of the threads that run bridged code.</summary>
public readonly record struct SyncBridgeStatistics
{
    /// <summary>Threads that exist now, idle ones included.</summary>
    public int Threads { get; init; }

    /// <summary>The highest <see cref="Threads"/> seen.</summary>
    public int ThreadsHighWater { get; init; }

    /// <summary>Bridges and coroutines that have a thread now, those that are parked included.</summary>
    public int Running { get; init; }

    /// <summary>Bridges and coroutines that sleep until what they wait for has come.</summary>
    public int Parked { get; init; }

    /// <summary>Bridges that wait for a thread.</summary>
    public int Waiting { get; init; }

    /// <summary>Bridges and coroutines that have got a thread so far.</summary>
    public long Started { get; init; }
}
