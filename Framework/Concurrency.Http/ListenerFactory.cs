using System.Net;
using Concurrency.Execution;
using Microsoft.AspNetCore.Connections;

namespace Concurrency.Http;

/// <summary>Kestrel's transport, watched: which endpoint failed to bind, and when nothing listens any more.</summary>
internal sealed class ListenerFactory(IConnectionListenerFactory transport) : IConnectionListenerFactory
{
    private readonly TaskCompletionSource _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _listening;

    /// <summary>The endpoint that could not be bound, or null.</summary>
    public EndPoint? Failed { get; private set; }

    /// <summary>Completes when the last listener was closed.</summary>
    public Task Unbound => _unbound.Task;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        try
        {
            var listener = await transport.BindAsync(endpoint, cancellationToken).ConfigureAwait(Executor.Current is not null);
            Interlocked.Increment(ref _listening);
            return new Listener(listener, this);
        }
        catch (Exception)
        {
            Failed = endpoint;
            throw;
        }
    }

    private void Closed()
    {
        if (Interlocked.Decrement(ref _listening) == 0)
        {
            _unbound.TrySetResult();
        }
    }

    private sealed class Listener(IConnectionListener inner, ListenerFactory factory) : IConnectionListener
    {
        private int _closed;

        public EndPoint EndPoint => inner.EndPoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => inner.AcceptAsync(cancellationToken);

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            await inner.UnbindAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
            if (Interlocked.Exchange(ref _closed, 1) == 0)
            {
                factory.Closed();
            }
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
