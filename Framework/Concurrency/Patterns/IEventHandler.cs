namespace Concurrency.Patterns;

/// <summary>Handles one kind of event; in a host an instance is resolved from a service scope of its own for each event.</summary>
/// <typeparam name="T">The event.</typeparam>
public interface IEventHandler<in T>
{
    /// <summary>Handles one event.</summary>
    /// <param name="item">The event; it is disposed after the handler has ended, if it can be.</param>
    /// <param name="cancellationToken">Is cancelled when the component has to end before its work is done.</param>
    ValueTask HandleAsync(T item, CancellationToken cancellationToken);
}
