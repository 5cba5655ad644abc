using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Concurrency.Services.Components;

/// <summary>Stops the host at the first SIGTERM, SIGINT or SIGQUIT, and at once at the second.</summary>
/// <remarks>
/// The registrations are made when the first component is added, long before the host starts: a signal that arrives during
/// the start stops the host as soon as it has started. These three signals do not need the thread pool to be delivered. The same signal within 50 ms of the
/// first counts as the first: launchers that signal a process and its group mean it once.
/// </remarks>
internal sealed class SignalLifetime : IHostLifetime, IDisposable
{
    private static readonly TimeSpan s_lastResort = TimeSpan.FromSeconds(1);

    // A program that never builds or starts its host must end all the same.
    private static readonly TimeSpan s_unattended = TimeSpan.FromSeconds(10);

    // A launcher that signals a process and its whole group sends twice within a few milliseconds and means it once.
    private static readonly TimeSpan s_sameSignal = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly PosixSignalRegistration[] _registrations;
    private IHostApplicationLifetime? _lifetime;
    private ComponentHost? _host;
    private ILogger? _logger;
    private PosixSignal? _first;
    private long _firstAt;
    private ITimer? _exit;
    private ITimer? _unattended;

    public SignalLifetime() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGQUIT, OnSignal),
    ];

    /// <summary>Connects the signals with the host that they stop; a signal that came before stops it as soon as it has started.</summary>
    public SignalLifetime Attach(IServiceProvider services)
    {
        PosixSignal? missed;
        if (!services.GetRequiredService<IOptions<ComponentHostOptions>>().Value.HandleSignals)
        {
            Dispose();
            lock (_gate)
            {
                missed = _first;
            }

            if (missed is { } unhandled)
            {
                // It came while the signals were held, and would have ended the process.
                Environment.Exit(ExitCodeOf(unhandled));
            }

            return this;
        }

        lock (_gate)
        {
            _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Concurrency.Services.SignalLifetime");
            _lifetime = services.GetRequiredService<IHostApplicationLifetime>();
            _host = services.GetRequiredService<ComponentHost>();
            missed = _first;
        }

        if (missed is { } signal)
        {
            StopWhenStarted(signal);
        }

        return this;
    }

    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _exit?.Dispose();
        _unattended?.Dispose();
    }

    /// <summary>Called on the runtime's signal thread.</summary>
    internal void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        bool isFirst;
        lock (_gate)
        {
            isFirst = _first is null;
            if (isFirst)
            {
                _first = context.Signal;
                _firstAt = TimeProvider.System.GetTimestamp();
                _unattended = ExitAfter(s_unattended, context.Signal);
            }
            else if (context.Signal == _first && TimeProvider.System.GetElapsedTime(_firstAt) < s_sameSignal)
            {
                return;
            }
        }

        if (isFirst)
        {
            if (_lifetime is not null)
            {
                StopWhenStarted(context.Signal);
            }

            return;
        }

        _logger?.SignalAborts(context.Signal.ToString());
        var code = ExitCodeOf(context.Signal);
        Environment.ExitCode = code;
        _host?.Abort(code);
        lock (_gate)
        {
            // A handler that ignores its token must not keep the process: the second signal means now.
            _exit ??= ExitAfter(s_lastResort, context.Signal);
        }
    }

    /// <remarks>
    /// The in-box host answers a stop during its start with an exception out of <c>StartAsync</c>, which ends most programs
    /// with an abort. So the start is let finish, and the stop that follows is an orderly one.
    /// </remarks>
    private void StopWhenStarted(PosixSignal signal)
    {
        _logger!.SignalStops(signal.ToString());
        _lifetime!.ApplicationStarted.UnsafeRegister(
            static self =>
            {
                var lifetime = (SignalLifetime)self!;
                lifetime._unattended?.Dispose();
                lifetime._lifetime!.StopApplication();
            },
            this);
    }

    private static ITimer ExitAfter(TimeSpan time, PosixSignal signal) =>
        TimeProvider.System.CreateTimer(static c => Environment.Exit((int)c!), ExitCodeOf(signal), time, Timeout.InfiniteTimeSpan);

    private static int ExitCodeOf(PosixSignal signal) => 128 + signal switch
    {
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGQUIT => 3,
        _ => 15,
    };
}
