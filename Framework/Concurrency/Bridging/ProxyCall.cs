namespace Concurrency.Bridging;

/// <summary>Where a proxy calls its target.</summary>
internal enum ProxyCall
{
    /// <summary>In the caller.</summary>
    Inline,

    /// <summary>On the pool if a bridge calls, else in the caller.</summary>
    InBridge,

    /// <summary>On the pool; the caller gets a task.</summary>
    Offload,
}
