using System.Diagnostics;

namespace Concurrency.Sources;

/// <summary>What every event of a source tells about itself.</summary>
public interface ISourceEvent
{
    /// <summary>When the source observed the event: <see cref="TimeProvider.GetTimestamp"/> of the source's clock.</summary>
    long Timestamp { get; }

    /// <summary>The trace that was current when the event was observed, to be linked to (not a parent); default when nobody listens.</summary>
    ActivityContext TraceContext { get; }
}
