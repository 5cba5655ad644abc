using System.Diagnostics;
using Concurrency.Diagnostics;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Sources;
using Microsoft.Extensions.Logging;

namespace Concurrency.Patterns;

/// <summary>Runs the handler of a component on one event: measures, applies the error policy, disposes the event.</summary>
internal sealed class HandlerRunner<T>(
    string component,
    Func<T, CancellationToken, ValueTask> handler,
    ComponentOptions<T> options,
    RestartBudget budget,
    TimeProvider clock)
{
    private readonly LatencyHistogram _latency = new();
    private readonly ComponentErrorPolicy _onError = options.OnError;
    private readonly ILogger _logger = options.Logger;
    private long _handled;
    private long _failed;
    private int _running;

    public ComponentStatistics Statistics => new()
    {
        Handled = Volatile.Read(ref _handled),
        Failed = Volatile.Read(ref _failed),
        Running = Volatile.Read(ref _running),
        Restarts = budget.Granted,
        LatencyMedian = _latency.Quantile(0.5),
        Latency99 = _latency.Quantile(0.99),
    };

    /// <summary>Handles one event; throws only when the component has to stop.</summary>
    public async ValueTask RunAsync(T item, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);
        Activity? activity = null;
        Exception? failure = null;
        try
        {
            // Inside, too: an event's own members and a listener's sampler are code of others.
            activity = Observe(item);
            TurnWatch.Note(component, handler);
            await handler(item, cancellationToken).ConfigureAwait(Executor.Current is not null);
            budget.Succeeded();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The component was told to end; the event counts as handled and is disposed below.
        }
        catch (Exception error)
        {
            failure = error;
            activity?.SetStatus(ActivityStatusCode.Error, error.Message);
        }

        activity?.Dispose();
        await DisposeEventAsync(item).ConfigureAwait(Executor.Current is not null);
        if (failure is not null)
        {
            Interlocked.Increment(ref _failed);
        }

        Interlocked.Decrement(ref _running);
        Interlocked.Increment(ref _handled);
        if (failure is not null)
        {
            await ApplyPolicyAsync(failure, cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
    }

    /// <summary>Treats an event as one whose handler has thrown; throws only when the component has to stop.</summary>
    public async ValueTask FailAsync(T item, Exception failure, CancellationToken cancellationToken)
    {
        await DisposeEventAsync(item).ConfigureAwait(Executor.Current is not null);
        Interlocked.Increment(ref _failed);
        Interlocked.Increment(ref _handled);
        await ApplyPolicyAsync(failure, cancellationToken).ConfigureAwait(Executor.Current is not null);
    }

    private Activity? Observe(T item)
    {
        if (item is not ISourceEvent observed)
        {
            return null;
        }

        _latency.Record(clock.GetElapsedTime(observed.Timestamp));
        if (!ConcurrencyTelemetry.Activities.HasListeners())
        {
            return null;
        }

        // What was current when the component was started is no parent of what happens to an event later.
        Activity.Current = null;
        return ConcurrencyTelemetry.Activities.StartActivity(
            ActivityKind.Consumer,
            links: observed.TraceContext == default ? null : [new ActivityLink(observed.TraceContext)],
            name: component);
    }

    /// <summary>Ends the life of an event; a failure is logged.</summary>
    public async ValueTask DisposeEventAsync(T item)
    {
        try
        {
            await EventDisposal.DisposeAsync(item).ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error)
        {
            _logger.DisposalFailed(component, error);
        }
    }

    private async ValueTask ApplyPolicyAsync(Exception failure, CancellationToken cancellationToken)
    {
        switch (_onError)
        {
            case ComponentErrorPolicy.Isolate:
                _logger.HandlerFailed(component, failure);
                return;
            case ComponentErrorPolicy.Restart when budget.TryGrant(out var delay, out var count):
                _logger.Restarts(component, delay, count, options.MaxRestarts, options.RestartPeriod, failure);
                await Task.Delay(delay, clock, cancellationToken).ConfigureAwait(Executor.Current is not null);
                return;
            default:
                _logger.HandlerFailedAndStops(component, failure);
                throw new ComponentFailedException(
                    $"The handler of the component '{component}' failed and its policy is {_onError}: {failure.Message}", failure);
        }
    }
}
