using System.Net;
using System.Net.Sockets;
using Concurrency.Execution;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Concurrency.Http;

/// <summary>One Kestrel server without a host: bind, stop listening, close.</summary>
internal sealed class KestrelHost : IDisposable
{
    private readonly HttpIntake _intake;
    private readonly KestrelServer _server;
    private readonly ListenerFactory _listeners;
    private readonly List<ListenOptions> _bound = [];
    private readonly CancellationTokenSource _abortConnections = new();
    private Task? _closed;

    public KestrelHost(HttpIntake intake)
    {
        _intake = intake;
        var options = intake.Options;
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MaxRequestBodySize = options.MaxRequestBodySize;
        kestrel.Limits.KeepAliveTimeout = options.KeepAliveTimeout;
        foreach (var endPoint in options.Endpoints)
        {
            kestrel.Listen(endPoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                _bound.Add(listen);
            });
        }

        options.ConfigureServer?.Invoke(kestrel);
        intake.MaxBodySize = kestrel.Limits.MaxRequestBodySize;
        _listeners = new ListenerFactory(new SocketTransportFactory(Options.Create(new SocketTransportOptions()), options.LoggerFactory));
        _server = new KestrelServer(Options.Create(kestrel), _listeners, options.LoggerFactory);
    }

    /// <summary>Where the server listens, with the ports that the system picked.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints { get; private set; } = [];

    /// <exception cref="IOException">An endpoint could not be bound; none is then.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _server.StartAsync(_intake, cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error) when (_listeners.Failed is not null && error is IOException or SocketException or AddressInUseException)
        {
            await CloseAsync(TimeSpan.Zero).ConfigureAwait(Executor.Current is not null);
            throw new IOException(
                $"The source '{_intake.Name}' cannot listen on {_listeners.Failed}: {CauseOf(error)}. "
                + "Choose another address or port (port 0 picks a free one), or stop the program that uses it.", error);
        }
        catch (Exception)
        {
            await CloseAsync(TimeSpan.Zero).ConfigureAwait(Executor.Current is not null);
            throw;
        }

        Endpoints = [.. _bound.Select(listen => listen.IPEndPoint!)];
    }

    /// <summary>Closes the listeners and idle connections; the returned task completes when nothing listens any more.</summary>
    /// <remarks>Connections that wait for an answer end with it; <see cref="CloseAsync"/> waits for them.</remarks>
    public Task StopListening()
    {
        _closed ??= _server.StopAsync(_abortConnections.Token);
        return Task.WhenAny(_listeners.Unbound, _closed);
    }

    /// <summary>Waits for the connections' last answers up to a limit, then aborts them.</summary>
    public async Task CloseAsync(TimeSpan limit)
    {
        _ = StopListening();
        if (limit > TimeSpan.Zero)
        {
            try
            {
                await _closed!.WaitAsync(limit, _intake.Clock).ConfigureAwait(Executor.Current is not null);
                return;
            }
            catch (TimeoutException)
            {
                HttpLog.ConnectionsAborted(_intake.Logger, _intake.Name, _intake.Statistics.InFlight, limit);
            }
        }

        await _abortConnections.CancelAsync().ConfigureAwait(Executor.Current is not null);
        await _closed!.ConfigureAwait(Executor.Current is not null);
    }

    public void Dispose()
    {
        _server.Dispose();
        _abortConnections.Dispose();
    }

    private static string CauseOf(Exception error)
    {
        while (error.InnerException is { } inner)
        {
            error = inner;
        }

        return error.Message;
    }
}
