using System.Net;
using System.Threading.Channels;
using Concurrency.Channels;
using Concurrency.Execution;
using Concurrency.Sources;

namespace Concurrency.Http;

/// <summary>Publishes each HTTP request that arrives on its endpoints, and sees to it that each gets an answer.</summary>
/// <remarks>
/// <para>Kestrel reads requests and sends answers on its own threads, which only enqueue: no handler runs on them.
/// The executor of <see cref="StartAsync"/> gives the clock. When it is disposed the source ends, and all that nobody has
/// answered is answered 503.</para>
/// <para>A request that finds the channel full is answered 503 with Retry-After, and counts as observed, published
/// and dropped. <see cref="StopAsync"/> stops listening and closes idle connections; what was accepted can be read and
/// answered, and a request that still comes on an open connection is answered 503. <see cref="DisposeAsync"/> answers 503
/// to all that nobody has answered.</para>
/// <para>All members are safe to call from any thread.</para>
/// </remarks>
public sealed class HttpSource : IEventSource<HttpExchange>
{
    private readonly HttpSourceOptions _options;
    private readonly BoundedChannel<HttpExchange> _channel;
    private readonly SemaphoreSlim _gate = new(1);
    private CancellationTokenRegistration _executorEnds;
    private HttpIntake? _intake;
    private KestrelHost? _host;
    private volatile bool _stopped;
    private bool _disposed;

    /// <summary>Makes a source that listens on one free port of 127.0.0.1.</summary>
    public HttpSource()
        : this(new HttpSourceOptions())
    {
    }

    /// <summary>Makes a source with stated options.</summary>
    public HttpSource(HttpSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        Name = options.Name ?? "http";
        _channel = BoundedChannel.Create<HttpExchange>(
            new BoundedChannelPolicy(options.Capacity) { FullMode = options.FullMode, Name = options.Name },
            (exchange, _) => _intake!.Abandon(exchange.Core));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ChannelReader<HttpExchange> Events => _channel.Reader;

    /// <summary>Where the source listens, with the ports that the system picked; empty before the start.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints => _host?.Endpoints ?? [];

    /// <inheritdoc/>
    public SourceStatistics Statistics
    {
        get
        {
            var rejected = _intake?.Rejected ?? 0;
            var channel = _channel.Statistics;
            return new SourceStatistics
            {
                Observed = channel.Written + rejected,
                Published = channel.Written + rejected,
                Dropped = rejected,
                Undelivered = channel.Aborted,
            };
        }
    }

    /// <summary>How the requests that reached the source ended; a new snapshot on each call.</summary>
    public HttpStatistics HttpStatistics => _intake?.Statistics ?? default;

    /// <inheritdoc/>
    /// <exception cref="IOException">An endpoint could not be bound; the message names it and the cause, and nothing listens.</exception>
    /// <remarks>A start that failed ends the source: <see cref="Events"/> completes with the error.</remarks>
    public async ValueTask StartAsync(Executor executor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(executor);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_host is not null || _stopped)
            {
                throw new InvalidOperationException($"The source '{Name}' was started or stopped before. Make a new source for each run.");
            }

            await ListenAsync(executor, cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        EndIntake(null);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
        try
        {
            if (_host is { } host && !_disposed)
            {
                await host.StopListening().WaitAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends the source: every request that nobody has answered is answered 503, then connections are closed.</summary>
    /// <remarks>Waits up to <see cref="HttpSourceOptions.CloseTimeout"/> for clients to take their answers. Exchanges that
    /// handlers still hold are answered too; their handlers learn it from <see cref="HttpExchange.Aborted"/>.</remarks>
    public async ValueTask DisposeAsync()
    {
        EndIntake(null);
        await _gate.WaitAsync(CancellationToken.None).ConfigureAwait(Executor.Current is not null);
        try
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            await _executorEnds.DisposeAsync().ConfigureAwait(Executor.Current is not null);
            var listening = _host?.StopListening() ?? Task.CompletedTask;
            _channel.Abort();
            if (_host is { } host)
            {
                await listening.ConfigureAwait(Executor.Current is not null);
                _intake!.AbandonAll();
                await host.CloseAsync(_options.CloseTimeout).ConfigureAwait(Executor.Current is not null);
                host.Dispose();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async ValueTask ListenAsync(Executor executor, CancellationToken cancellationToken)
    {
        KestrelHost host;
        try
        {
            host = await OpenAsync(executor, cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error)
        {
            // Whatever it was, no request can come any more: readers have to learn it.
            EndIntake(error);
            throw;
        }

        _host = host;
        if (_stopped)
        {
            _intake!.Stop();
        }

        HttpLog.Listening(_intake!.Logger, Name, string.Join(", ", host.Endpoints));
        _executorEnds = executor.Stopping.UnsafeRegister(
            static (state, _) =>
            {
                var (source, name) = ((HttpSource, string))state!;
                source.ExecutorEnded(name);
            },
            (this, executor.Name));
    }

    private async ValueTask<KestrelHost> OpenAsync(Executor executor, CancellationToken cancellationToken)
    {
        if (executor.Stopping.IsCancellationRequested)
        {
            throw new ExecutorRejectedException(
                $"The source '{Name}' cannot start on the executor '{executor.Name}', which has ended. Start it on a running one.");
        }

        var intake = new HttpIntake(Name, _options, _options.TimeProvider ?? executor.TimeProvider) { Channel = _channel };
        var host = new KestrelHost(intake);
        _intake = intake;
        try
        {
            await host.StartAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
            return host;
        }
        catch (Exception)
        {
            host.Dispose();
            throw;
        }
    }

    private void ExecutorEnded(string executor)
    {
        EndIntake(new InvalidOperationException(
            $"The source '{Name}' ended because its executor '{executor}' was disposed. Stop sources before their executors."));
        _ = _host!.StopListening();

        // Nobody may be left to dispose the source: what waits, and what a handler holds that ignored its token, is answered here.
        _channel.Abort();
        _intake!.AbandonAll();
    }

    private void EndIntake(Exception? error)
    {
        _stopped = true;
        _intake?.Stop();
        _channel.Writer.TryComplete(error);
    }
}
