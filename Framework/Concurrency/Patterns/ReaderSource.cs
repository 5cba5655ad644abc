using System.Threading.Channels;
using Concurrency.Execution;
using Concurrency.Sources;

namespace Concurrency.Patterns;

/// <summary>Makes an event source of any channel, so that a component can read it.</summary>
/// <remarks>
/// The channel stays its owner's: a component that stops only stops reading, and what is inside stays inside. The source
/// counts nothing; the channel's owner knows its statistics.
/// </remarks>
/// <typeparam name="T">The item.</typeparam>
/// <param name="reader">The channel's reader; nobody else may read it while a component does.</param>
/// <param name="name">Names the source in messages.</param>
public sealed class ReaderSource<T>(ChannelReader<T> reader, string name = "reader") : IEventSource<T>
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public ChannelReader<T> Events { get; } = reader ?? throw new ArgumentNullException(nameof(reader));

    /// <summary>Always zero: see the remarks.</summary>
    public SourceStatistics Statistics => default;

    /// <inheritdoc/>
    public ValueTask StartAsync(Executor executor, CancellationToken cancellationToken = default) => default;

    /// <inheritdoc/>
    public ValueTask StopAsync(CancellationToken cancellationToken = default) => default;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;
}
