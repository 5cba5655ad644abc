using Concurrency.Sources;

namespace Concurrency.TestSupport;

/// <summary>A source together with the outside world that makes it publish.</summary>
/// <remarks>The suite disposes the source; the rig disposes the world.</remarks>
public abstract class SourceRig<T> : IAsyncDisposable
    where T : ISourceEvent
{
    public abstract IEventSource<T> Source { get; }

    /// <summary>Makes <paramref name="count"/> separate things happen, none of which may be merged with another while there is room.</summary>
    /// <returns>Completes when they have happened, whether or not the source has seen them.</returns>
    public abstract Task RaiseAsync(int count);

    public abstract ValueTask DisposeAsync();
}
