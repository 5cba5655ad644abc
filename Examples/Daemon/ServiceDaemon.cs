using System.Globalization;
using System.Runtime.InteropServices;
using Concurrency.Http;
using Concurrency.Patterns;
using Concurrency.Services.Components;
using Concurrency.Sources;
using Concurrency.Sources.Files;
using Concurrency.Sources.Signals;
using Concurrency.Sources.Udp;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Concurrency.Examples.Daemon;

/// <summary>The daemon: four sources, four handlers, the executors of your choice.</summary>
internal sealed class ServiceDaemon : IAsyncDisposable
{
    private readonly DaemonOptions _options;
    private readonly Surroundings _surroundings;
    private readonly TemporaryUsersFile _usersFile;
    private readonly LogFile _log;
    private readonly IHost _host;
    private HttpSource? _http;
    private UdpSource? _udp;

    public ServiceDaemon(DaemonOptions options, Surroundings? surroundings = null)
    {
        _surroundings = surroundings ?? new Surroundings();
        _options = options;
        _log = new LogFile(options.LogFile, _surroundings.Clock);
        try
        {
            _usersFile = new TemporaryUsersFile(options.UsersFile);
            _host = BuildHost();
        }
        catch (Exception error)
        {
            _usersFile?.Dispose();
            _log.Dispose();
            throw CannotStart(error);
        }
    }

    public Users Users => _host.Services.GetRequiredService<Users>();

    public SignalActions Signals => _host.Services.GetRequiredService<SignalActions>();

    public ComponentHost Components => _host.Services.GetRequiredService<ComponentHost>();

    /// <summary>Is cancelled when a signal or a failed component stops the daemon.</summary>
    public CancellationToken Stopping => _host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

    public HttpSource Http => _http!;

    public UdpSource Udp => _udp!;

    /// <summary>What the daemon prints when it serves.</summary>
    public string ReadyLine => string.Create(
        CultureInfo.InvariantCulture,
        $"ready http=http://{_http!.Endpoints[0]} udp={_udp!.LocalEndPoint} users={_usersFile.Path} pid={Environment.ProcessId}");

    /// <exception cref="DaemonException">It cannot serve; nothing is left behind.</exception>
    /// <returns>False when a signal stopped the daemon before it served.</returns>
    public async Task<bool> StartAsync(CancellationToken cancellationToken)
    {
        DaemonJson.Prepare();
        Users.LoadFirst();
        try
        {
            await _host.StartAsync(cancellationToken);
            // What changed between the first look and the beginning of the watch is not an event.
            await Users.ReloadAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
        {
            _log.Release();
            return false;
        }
        catch (Exception error)
        {
            throw CannotStart(error);
        }

        _log.Release();
        return true;
    }

    /// <summary>Serves until a signal or a failed component stops it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitAsync()
    {
        await _host.WaitForShutdownAsync();
        return Components.ExitCode;
    }

    public async Task<int> StopAsync()
    {
        await _host.StopAsync();
        return Components.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        // Before the host gives the signals back: from then on another one ends the process where it is.
        _usersFile.Dispose();
        await ((IAsyncDisposable)_host).DisposeAsync();
        _log.Dispose();
    }

    private IHost BuildHost()
    {
        // Without this the host watches appsettings.json in the current directory: a thread that wakes for every file there.
        var settings = new ConfigurationManager { ["hostBuilder:reloadConfigOnChange"] = "false" };
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Configuration = settings });
        builder.Configuration.AddInMemoryCollection(Settings(_options));
        builder.Logging.ClearProviders().AddProvider(_log);
        if (_options is { Drive: not null, LogFile: null })
        {
            // The routine of thousands of driven events would bury what the terminal is for.
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
        }

        builder.Services.AddSingleton(_surroundings.Clock);
        if (_surroundings.Executors is { } executors)
        {
            builder.Services.AddSingleton(executors);
        }

        builder.Services.AddSingleton(_log);
        builder.Services.AddSingleton(new WhoAmI("concurrency-daemon", "0.1.0", Environment.ProcessId, _surroundings.Clock.GetUtcNow()));
        builder.Services.AddSingleton<Func<StatsReport>>(sp => () => StatsReport.Of(sp.GetRequiredService<ComponentHost>(), _http, _udp));
        builder.Services.AddSingleton(sp => new Users(_usersFile.Path, sp.GetRequiredService<ILogger<Users>>()));
        builder.Services.AddSingleton<SignalActions>();
        builder.Services.AddSingleton<HttpApi>();
        AddComponents(builder);
        return builder.Build();
    }

    private void AddComponents(HostApplicationBuilder builder)
    {
        builder.AddComponent<HttpExchange>(
            "http",
            (sp, o) => Keep(_surroundings.Http(new HttpSourceOptions
            {
                Name = "http",
                Endpoints = [_options.Http],
                Capacity = o.Capacity ?? 1024,
                LoggerFactory = sp.GetRequiredService<ILoggerFactory>(),
            })),
            (exchange, token) => _host.Services.GetRequiredService<HttpApi>().HandleAsync(exchange, token),
            o =>
            {
                o.Concurrency = 64;
                o.OnError = ComponentErrorPolicy.Isolate;
            });

        builder.AddComponent<UdpDatagram>(
            "udp",
            (_, o) => _udp = _surroundings.Udp(_options, new UdpSourceOptions { Name = "udp", Capacity = o.Capacity ?? 1024 }),
            new UdpResponder().HandleAsync,
            o => o.OnError = ComponentErrorPolicy.Isolate);

        builder.AddComponent<FileChange>(
            "files",
            (_, o) => _surroundings.Files(_usersFile.Path, new FileWatchSourceOptions { Name = "files", Capacity = o.Capacity ?? 1024 }),
            (_, token) => Users.ReloadAsync(token),
            o => o.OnError = ComponentErrorPolicy.Isolate);

        builder.AddSynchronousComponent<SignalEvent>(
            "signals",
            (_, o) => _surroundings.Signals(
                [PosixSignal.SIGHUP, SignalActions.UserSignal1],
                new SignalSourceOptions { Name = "signals", Capacity = o.Capacity ?? 1024 }),
            (signal, token) => Signals.Handle(signal, token),
            o =>
            {
                o.Executor = "thread";
                o.OnError = ComponentErrorPolicy.Isolate;
            });
    }

    private IEventSource<HttpExchange> Keep(IEventSource<HttpExchange> source)
    {
        _http = source as HttpSource;
        return source;
    }

    private static DaemonException CannotStart(Exception error) => error switch
    {
        DaemonException known => known,
        AggregateException { InnerExceptions: [var first, ..] } => CannotStart(first),
        _ => new DaemonException($"The daemon cannot start: {error.Message}", error),
    };

    /// <summary>The command line speaks last: it becomes configuration on top of files and environment.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> Settings(DaemonOptions options) =>
    [
        .. options.Executors.Select(static e => KeyValuePair.Create($"Components:{e.Key}:Executor", (string?)e.Value)),
        .. options.Capacities.Select(static c => KeyValuePair.Create($"Components:{c.Key}:Capacity", (string?)c.Value.ToString(CultureInfo.InvariantCulture))),
    ];
}
