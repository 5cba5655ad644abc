using Concurrency.Execution;

namespace Concurrency.Patterns;

/// <summary>An event source, the handler of its events, and the executor on which both run.</summary>
/// <remarks>
/// <para>Its end has phases, so that a host can order them over all components: <see cref="StopAsync"/> accepts nothing
/// new, <see cref="Completion"/> comes when what was accepted is handled, <see cref="Cancel"/> asks running handlers to end,
/// and <see cref="DisposeAsync"/> gives up what is left.</para>
/// <para>Each event that can be disposed is disposed once, after its handler has ended. Members are safe to call from any thread.</para>
/// </remarks>
public abstract class Component : IAsyncDisposable
{
    /// <summary>Names the component and gives it an executor.</summary>
    private protected Component(string name, Executor executor)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(executor);
        Name = name;
        Executor = executor;
    }

    /// <summary>Names the component in statistics and messages.</summary>
    public string Name { get; }

    /// <summary>Where the source and the handler run.</summary>
    public Executor Executor { get; }

    /// <summary>Where the component is in its life.</summary>
    public abstract ComponentState State { get; }

    /// <summary>What the component and its source have done; a new snapshot on each call.</summary>
    public abstract ComponentStatistics Statistics { get; }

    /// <summary>Completes when all accepted events were handled; fails with a <see cref="ComponentFailedException"/> when the component gave up.</summary>
    public abstract Task Completion { get; }

    /// <summary>Starts the source and begins to handle events.</summary>
    /// <exception cref="InvalidOperationException">It was started before, or another component reads the source.</exception>
    public abstract Task StartAsync(CancellationToken cancellationToken = default);

    /// <summary>Accepts nothing new; what was accepted is still handled.</summary>
    public abstract ValueTask StopAsync(CancellationToken cancellationToken = default);

    /// <summary>Cancels the token of the running handlers; events that wait are not handled any more. <see cref="Completion"/> then succeeds.</summary>
    /// <param name="reason">Why, as a sentence; not empty.</param>
    /// <exception cref="ArgumentException">The reason is empty.</exception>
    public abstract void Cancel(string reason);

    /// <summary>Stops, cancels, gives up the events that are left, and waits for the running handlers.</summary>
    /// <remarks>Do not await it inside a handler of this component: it waits for that handler. Call <see cref="Cancel"/> there.</remarks>
    public abstract ValueTask DisposeAsync();
}
