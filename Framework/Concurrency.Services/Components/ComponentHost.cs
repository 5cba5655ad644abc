using Concurrency.Execution;
using Concurrency.Patterns;
using Concurrency.Time;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Concurrency.Services.Components;

/// <summary>Starts the components of a host and ends them in phases.</summary>
/// <remarks>
/// <para>Start: all components are made, so that a wrong setting shows before anything runs, and started in the order of their
/// registration; if one fails to start, those before it are ended.</para>
/// <para>End, under one deadline: not ready → accept nothing new, in reverse order → finish what was accepted → cancel →
/// give up. A component that fails stops the host, and <see cref="ExitCode"/> is not 0 then.</para>
/// <para>Its clock is the container's <see cref="TimeProvider"/> and its executors come from the container's
/// <see cref="Concurrency.Executors.ExecutorRegistry"/>, if it has them: so it runs in a simulation, too.</para>
/// </remarks>
public sealed class ComponentHost : IHostedLifecycleService, IAsyncDisposable, IDisposable
{
    private readonly ComponentRegistration[] _registrations;
    private readonly IServiceProvider _services;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ComponentHostOptions _options;
    private readonly ILogger _logger;
    private readonly HostExecutors _executors;
    private readonly CancellationTokenSource _abort = new();
    private readonly List<Component> _components = [];
    private TimeProvider _clock = TimeProvider.System;
    private Deadline _deadline;
    private int _ended;
    private volatile bool _isReady;

    internal ComponentHost(IServiceProvider services, ComponentHostDependencies dependencies)
    {
        _services = services;
        _registrations = [.. dependencies.Components];
        _lifetime = dependencies.Lifetime;
        _options = dependencies.Options.Value;
        _options.Validate();
        _logger = dependencies.Logger;
        _executors = new HostExecutors(dependencies.Executors, dependencies.LoggerFactory, dependencies.Clock, dependencies.Registry);
        ComponentSettings.RefuseUnknown(dependencies.Configuration, [.. _registrations.Select(static r => r.Name)]);
        _clock = dependencies.Clock;
    }

    /// <summary>The components, in the order of their registration; empty before the start.</summary>
    public IReadOnlyList<Component> Components => _components;

    /// <summary>The executors of the components, in the order in which they were made.</summary>
    public IReadOnlyList<Executor> Executors => _executors.All;

    /// <summary>Whether all components were started and none was asked to stop: what a readiness probe should tell.</summary>
    public bool IsReady => _isReady;

    /// <summary>
    /// 0; or 1 when a component gave up or had to be abandoned at the end; or 128 and the signal's number when a second signal
    /// cut the shutdown short.
    /// </summary>
    public int ExitCode { get; private set; }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var registration in _registrations)
            {
                _components.Add(registration.Make(_services, _executors));
            }

            foreach (var component in _components)
            {
                await component.StartAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
                _ = WatchAsync(component);
            }
        }
        catch
        {
            await DisposeAsync().ConfigureAwait(Executor.Current is not null);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _isReady = true;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isReady = false;
        _deadline = Deadline.After(_options.ShutdownTimeout, _clock);
        _logger.ShutdownBegins(_options.ShutdownTimeout);
        if (_options.UnreadyTime > TimeSpan.Zero)
        {
            await WaitAsync(Task.Delay(_options.UnreadyTime, _clock, _abort.Token), _options.UnreadyTime, cancellationToken)
                .ConfigureAwait(Executor.Current is not null);
        }

        var stops = Enumerable.Reverse(_components).Select(c => TryAsync(c, c.StopAsync(cancellationToken))).ToArray();
        await WaitAsync(Task.WhenAll(stops), _deadline.Remaining, cancellationToken).ConfigureAwait(Executor.Current is not null);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var finish = _deadline.Remaining - _options.CancellationTime;
        await WaitAsync(AllEndedAsync(), finish, cancellationToken).ConfigureAwait(Executor.Current is not null);

        var busy = Busy();
        if (busy.Length > 0)
        {
            _logger.ShutdownCancels(Names(busy, static s => s.Running > 0 || s.Channel?.Depth > 0), _options.ShutdownTimeout - _deadline.Remaining);
        }

        foreach (var component in busy)
        {
            component.Cancel($"the host shuts down and its time of {_options.ShutdownTimeout} has passed.");
        }

        // The other half is for giving up what ignores the cancellation: a quarter for the components, one for the executors.
        await WaitAtMostAsync(AllEndedAsync(), _options.CancellationTime / 2, CancellationToken.None).ConfigureAwait(Executor.Current is not null);
        busy = Busy();
        if (busy.Length > 0)
        {
            Fail();
            _logger.ShutdownAbandons(Names(busy, static s => s.Running > 0));
        }
    }

    /// <inheritdoc/>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await EndAsync().ConfigureAwait(Executor.Current is not null);
        _logger.ShutdownDone(_components.Sum(static c => c.Statistics.Source.Undelivered));
    }

    /// <summary>Shortens a running or coming shutdown: what is not finished is cancelled now.</summary>
    public void Abort() => _abort.Cancel();

    internal Executor ExecutorNamed(string name) => _executors.For(name, name);

    internal void Abort(int exitCode)
    {
        ExitCode = exitCode;
        Abort();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _abort.Cancel();
        await EndAsync().ConfigureAwait(Executor.Current is not null);
    }

    /// <summary>Cancels what still runs, without waiting for it; prefer <see cref="DisposeAsync"/>.</summary>
    public void Dispose()
    {
        _abort.Cancel();
        foreach (var component in Busy())
        {
            component.Cancel("the host was disposed.");
        }
    }

    private async Task EndAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        var disposals = Enumerable.Reverse(_components).Select(c => TryAsync(c, c.DisposeAsync())).ToArray();
        await WaitAtMostAsync(Task.WhenAll(disposals), _options.CancellationTime / 4).ConfigureAwait(Executor.Current is not null);
        await WaitAtMostAsync(_executors.DisposeAsync().AsTask(), _options.CancellationTime / 4).ConfigureAwait(Executor.Current is not null);
        if (_components.Exists(static c => c.State == ComponentState.Failed))
        {
            Fail();
        }
    }

    private void Fail()
    {
        if (ExitCode == 0)
        {
            ExitCode = 1;
            // For programs whose Main returns nothing: a component that gave up must not look like success.
            Environment.ExitCode = 1;
        }
    }

    private async Task WatchAsync(Component component)
    {
        try
        {
            await component.Completion.ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error)
        {
            Fail();
            _logger.ComponentGaveUp(component.Name, error.Message);
            _lifetime.StopApplication();
        }
    }

    private async Task TryAsync(Component component, ValueTask step)
    {
        try
        {
            await step.ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error)
        {
            Fail();
            _logger.EndFailed(component.Name, error);
        }
    }

    /// <summary>Waits for a task for a limited time; an abort ends the wait, too.</summary>
    private async Task WaitAsync(Task task, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_abort.Token, cancellationToken);
        await WaitAtMostAsync(task, limit, ending.Token).ConfigureAwait(Executor.Current is not null);
    }

    /// <summary>Waits for a task for a limited time; whatever ends the wait, the caller looks at the task afterwards.</summary>
    private async Task WaitAtMostAsync(Task task, TimeSpan limit, CancellationToken cancellationToken = default)
    {
        if (limit <= TimeSpan.Zero)
        {
            return;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(task, Task.Delay(limit, _clock, ended.Token)).ConfigureAwait(Executor.Current is not null);
        ended.Cancel();
        // A failure shows in the component's own completion, too; here it is only marked as seen.
        _ = task.ContinueWith(
            static t => _ = t.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private Task AllEndedAsync() => Task.WhenAll(_components.Select(static c => c.Completion));

    private Component[] Busy() =>
        [.. _components.Where(static c => c.State is ComponentState.Running or ComponentState.Stopping)];

    /// <summary>Names those that hold up the end: an idle component may only share its loop with one of them.</summary>
    private static string Names(Component[] unfinished, Predicate<ComponentStatistics> holdsUp)
    {
        var culprits = Array.FindAll(unfinished, c => holdsUp(c.Statistics));
        return string.Join(", ", (culprits.Length > 0 ? culprits : unfinished).Select(static c => $"'{c.Name}'"));
    }
}
