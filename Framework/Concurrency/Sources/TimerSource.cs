using System.Threading.Channels;
using Concurrency.Channels;
using Concurrency.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Sources;

/// <summary>Publishes a tick each period until stopped; periods are counted from the start, so ticks do not drift.</summary>
/// <remarks>Time is that of the options' clock, or else of the executor: under a virtual clock ticks come in virtual time.</remarks>
public sealed class TimerSource : IEventSource<TimerTick>
{
    private const int Created = 0;
    private const int Started = 1;
    private const int Ended = 2;

    private static readonly TimeSpan s_timerGrain = TimeSpan.FromMilliseconds(2);

    private readonly TimerSourceOptions _options;
    private readonly BoundedChannel<TimerTick> _channel;
    private readonly CancellationTokenSource _stop = new();
    private Task _pump = Task.CompletedTask;
    private Executor? _executor;
    private TimeProvider _clock = TimeProvider.System;
    private long _start;
    private long _due;
    private long _mergedOrSkipped;
    private long _dropped;
    private int _phase;
    private volatile bool _disposed;

    /// <summary>Makes a source that ticks once a period, merging missed ticks.</summary>
    public TimerSource(TimeSpan period)
        : this(new TimerSourceOptions(period))
    {
    }

    /// <summary>Makes a source with stated options.</summary>
    public TimerSource(TimerSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        Name = options.Name ?? "timer";
        _channel = options.MissedTicks switch
        {
            MissedTickPolicy.Merge => BoundedChannel.CreateConflating<TimerTick, int>(
                new BoundedChannelPolicy(1) { Name = options.Name }, static _ => 0, Merge),
            MissedTickPolicy.CatchUp or MissedTickPolicy.Skip =>
                BoundedChannel.Create<TimerTick>(new BoundedChannelPolicy(options.Capacity) { Name = options.Name }),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.MissedTicks,
                $"The missed-tick policy {options.MissedTicks} does not exist. Use Merge, CatchUp or Skip."),
        };
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ChannelReader<TimerTick> Events => _channel.Reader;

    /// <inheritdoc/>
    public SourceStatistics Statistics
    {
        get
        {
            var channel = _channel.Statistics;
            var dropped = Volatile.Read(ref _dropped);
            var published = channel.Written - channel.Conflated + dropped;
            var coalesced = channel.Conflated + Volatile.Read(ref _mergedOrSkipped);
            return new SourceStatistics
            {
                Observed = published + coalesced,
                Coalesced = coalesced,
                Published = published,
                Dropped = dropped,
                Undelivered = channel.Aborted,
            };
        }
    }

    /// <inheritdoc/>
    public ValueTask StartAsync(Executor executor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(executor);
        ThrowIfNotStartable(Volatile.Read(ref _phase));
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfNotStartable(Interlocked.CompareExchange(ref _phase, Started, Created));
        _clock = _options.TimeProvider ?? executor.TimeProvider;
        _start = _clock.GetTimestamp();
        _executor = executor;
        _pump = executor.RunAsync(PumpAsync, CancellationToken.None);
        _channel.CompletesWith(_pump);
        // An executor that takes nothing refuses at once.
        return _pump is { IsFaulted: true, Exception.InnerException: { } refused } ? ValueTask.FromException(refused) : default;
    }

    /// <inheritdoc/>
    public ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        Interlocked.CompareExchange(ref _phase, Ended, Created);
        _stop.Cancel();
        _channel.Writer.TryComplete();
        return default;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await StopAsync().ConfigureAwait(Executor.Current is not null);
        _channel.Abort();
        await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | Context());
    }

    private static ConfigureAwaitOptions Context() =>
        Executor.Current is not null ? ConfigureAwaitOptions.ContinueOnCapturedContext : ConfigureAwaitOptions.None;

    private static TimerTick Merge(TimerTick waiting, TimerTick next) => next with { Count = waiting.Count + next.Count };

    private void ThrowIfNotStartable(int phase)
    {
        if (_disposed)
        {
            throw new ObjectDisposedException(Name, $"The source '{Name}' was disposed and cannot be started. Make a new one.");
        }

        if (phase != Created)
        {
            throw new InvalidOperationException(phase == Ended
                ? $"The source '{Name}' has ended and cannot be started. Make a new one."
                : $"The source '{Name}' was started before. A source runs once: make a new one.");
        }
    }

    private async Task PumpAsync(CancellationToken executorStopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, executorStopping);
        using var timer = new PeriodicTimer(_options.Period, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ending.Token).ConfigureAwait(Executor.Current is not null))
            {
                await PublishDueAsync(ending.Token).ConfigureAwait(Executor.Current is not null);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopping is how a timer ends.
        }
        catch (OperationCanceledException) when (executorStopping.IsCancellationRequested)
        {
            throw new InvalidOperationException(
                $"The source '{Name}' ended because its executor '{_executor!.Name}' was disposed. Stop the source before its executor.");
        }
        catch (ChannelClosedException) when (_stop.IsCancellationRequested)
        {
            // Stopped between a tick and its write: the tick came too late to count.
        }
    }

    private async ValueTask PublishDueAsync(CancellationToken cancellationToken)
    {
        // A timer may fire a little before its time by the finer clock, and wake the pump once more for a tick it has counted.
        var early = TimeSpan.FromTicks(Math.Min(s_timerGrain.Ticks, _options.Period.Ticks / 2));
        var due = (long)((_clock.GetElapsedTime(_start) + early) / _options.Period);
        if (due <= _due)
        {
            return;
        }

        switch (_options.MissedTicks)
        {
            case MissedTickPolicy.Merge:
                TryPublish(due, due - _due);
                break;
            case MissedTickPolicy.CatchUp:
                while (_due < due)
                {
                    _due++;
                    await _channel.Writer.WriteAsync(LastTick(1), cancellationToken).ConfigureAwait(Executor.Current is not null);
                }

                break;
            default:
                TryPublish(due, 1);
                break;
        }
    }

    /// <summary>Publishes one tick for those that came due since the last, standing for some or all of them.</summary>
    private void TryPublish(long due, long count)
    {
        var leftOut = due - _due - 1;
        _due = due;
        // Counted before the write: whoever reads the tick finds it in the statistics.
        Interlocked.Add(ref _mergedOrSkipped, leftOut);
        if (_channel.Writer.TryWrite(LastTick(count)))
        {
            return;
        }

        if (_stop.IsCancellationRequested)
        {
            Interlocked.Add(ref _mergedOrSkipped, -leftOut);
        }
        else
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    private TimerTick LastTick(long count) => new()
    {
        Timestamp = _clock.GetTimestamp(),
        TraceContext = ConcurrencyTelemetry.CaptureContext(),
        Number = _due,
        Count = count,
    };
}
