using System.Threading.Channels;
using Concurrency.Execution;

namespace Concurrency.Sources;

/// <summary>Turns what happens outside the program into events in a bounded channel.</summary>
/// <remarks>
/// A source never calls user code: it ends at a <see cref="ChannelReader{T}"/>. It can be started once.
/// Members are safe to call from any thread.
/// </remarks>
/// <typeparam name="T">The event.</typeparam>
public interface IEventSource<T> : IAsyncDisposable
{
    /// <summary>Names the source in statistics, meters and messages.</summary>
    string Name { get; }

    /// <summary>The events; completes when the source has ended, with its error if it failed.</summary>
    ChannelReader<T> Events { get; }

    /// <summary>What the source has seen and published; a new snapshot on each call.</summary>
    SourceStatistics Statistics { get; }

    /// <summary>Begins to observe; what happens after the returned task has completed is not missed.</summary>
    /// <param name="executor">Where the source's own work runs.</param>
    /// <param name="cancellationToken">Ends the start, not the source.</param>
    /// <exception cref="InvalidOperationException">The source was started before.</exception>
    ValueTask StartAsync(Executor executor, CancellationToken cancellationToken = default);

    /// <summary>Publishes nothing new from now on; <see cref="Events"/> completes once what was accepted has been read.</summary>
    /// <remarks>Replies to events that were already published stay possible until <see cref="IAsyncDisposable.DisposeAsync"/>.</remarks>
    ValueTask StopAsync(CancellationToken cancellationToken = default);
}
