using System.Threading.Channels;
using Concurrency.Execution;

namespace Concurrency.Patterns;

/// <summary>Handles the items of any channel or sequence on a chosen executor, in one line.</summary>
public static class RunOnExtensions
{
    /// <summary>Handles each item of a channel on an executor.</summary>
    /// <param name="reader">Any channel's reader; nobody else may read it meanwhile.</param>
    /// <param name="executor">Where the handler runs.</param>
    /// <param name="handler">Handles one item; an item that can be disposed is disposed afterwards.</param>
    /// <param name="options">Concurrency and error policy; null for the defaults: one at a time, in order, stop at the first failure.</param>
    /// <returns>The running component: await its <see cref="Component.Completion"/>, and dispose it.</returns>
    public static Component<T> RunOn<T>(
        this ChannelReader<T> reader,
        Executor executor,
        Func<T, CancellationToken, ValueTask> handler,
        ComponentOptions<T>? options = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(executor);
        return Started(new Component<T>(executor.Name, new ReaderSource<T>(reader, executor.Name), executor, handler, options));
    }

    /// <summary>Handles each item of a channel on an executor with a synchronous handler, which may block if the executor allows it.</summary>
    /// <inheritdoc cref="RunOn{T}(ChannelReader{T}, Executor, Func{T, CancellationToken, ValueTask}, ComponentOptions{T}?)"/>
    public static Component<T> InvokeOn<T>(
        this ChannelReader<T> reader,
        Executor executor,
        Action<T, CancellationToken> handler,
        ComponentOptions<T>? options = null) => RunOn(reader, executor, SynchronousHandler.Adapt(handler), options);

    /// <summary>Handles each item of an asynchronous sequence on an executor.</summary>
    /// <inheritdoc cref="RunOn{T}(ChannelReader{T}, Executor, Func{T, CancellationToken, ValueTask}, ComponentOptions{T}?)"/>
    public static Component<T> RunOn<T>(
        this IAsyncEnumerable<T> items,
        Executor executor,
        Func<T, CancellationToken, ValueTask> handler,
        ComponentOptions<T>? options = null)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(executor);
        return Started(new Component<T>(executor.Name, new EnumerableSource<T>(executor.Name, items), executor, handler, options));
    }

    private static Component<T> Started<T>(Component<T> component)
    {
#pragma warning disable VSTHRD002 // both kinds of source start without waiting: the task has completed
        component.StartAsync().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        return component;
    }
}
