namespace Concurrency.Bridging;

/// <summary>All bridge threads wait, new bridges cannot start, and nothing has moved for <see cref="SyncBridgeOptions.StallLimit"/>.</summary>
public sealed record SyncBridgeStall
{
    /// <summary>The methods of the bridges that wait in <c>SyncBridge.Await</c>, one entry per thread.</summary>
    public required IReadOnlyList<string> Parked { get; init; }

    /// <summary>The methods of the bridges that wait for a thread, in their order.</summary>
    public required IReadOnlyList<string> Waiting { get; init; }
}
