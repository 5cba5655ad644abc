using System.Threading.Channels;
using Concurrency.Channels;
using Concurrency.Execution;
using Concurrency.Scopes;

namespace Concurrency.Patterns;

/// <summary>Takes events from a channel and gives them to the handler, as many at a time as the component allows.</summary>
internal sealed class EventReader<T>(
    string component,
    ComponentOptions<T> options,
    HandlerRunner<T> runner,
    TimeProvider clock)
{
    // A turn on a shared loop: long enough to be worth the switch, short enough for the neighbours.
    private static readonly TimeSpan s_quantum = TimeSpan.FromMilliseconds(5);

    private readonly int _concurrency = options.Concurrency;
    private readonly Func<T, object?>? _orderBy = options.OrderBy;
    private long _undelivered;
    private TaskScope? _scope;

    /// <summary>Events that were taken from the source and not handled, because the component was cancelled.</summary>
    public long Undelivered => Volatile.Read(ref _undelivered);

    /// <summary>Handles events until the channel completes or reading is stopped; fails when the component has to stop.</summary>
    /// <param name="events">The events.</param>
    /// <param name="executor">Where the handlers run.</param>
    /// <param name="stopReading">Ends the reading; handlers that run go on.</param>
    /// <param name="cancellationToken">Cancels the handlers.</param>
    public async Task RunAsync(ChannelReader<T> events, Executor executor, CancellationToken stopReading, CancellationToken cancellationToken)
    {
        var scopeOptions = new TaskScopeOptions { Name = component, Executor = executor };
        var lanes = _orderBy is null || _concurrency == 1 ? [] : MakeLanes();
        try
        {
            await TaskScope.RunAsync(
                scope =>
                {
                    Volatile.Write(ref _scope, scope);
                    return lanes.Length == 0 ? StartWorkersAsync(scope, events, stopReading) : StartLanesAsync(scope, events, lanes, stopReading);
                },
                scopeOptions,
                cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            Volatile.Write(ref _scope, null);
            await GiveUpAsync(lanes).ConfigureAwait(Executor.Current is not null);
        }
    }

    /// <summary>Cancels the handlers that run, if any do.</summary>
    public void Cancel(string reason) => Volatile.Read(ref _scope)?.Cancel(reason);

    private BoundedChannel<T>[] MakeLanes()
    {
        var lanes = new BoundedChannel<T>[_concurrency];
        for (var i = 0; i < lanes.Length; i++)
        {
            lanes[i] = BoundedChannel.Create<T>(1);
        }

        return lanes;
    }

    private Task StartWorkersAsync(TaskScope scope, ChannelReader<T> events, CancellationToken stopReading)
    {
        scope.Start(component, token => Task.WhenAll(Enumerable.Range(0, _concurrency)
            .Select(_ => RunWorkerAsync(scope, () => WorkAsync(events, stopReading, token)))));
        return Task.CompletedTask;
    }

    private Task StartLanesAsync(TaskScope scope, ChannelReader<T> events, BoundedChannel<T>[] lanes, CancellationToken stopReading)
    {
        scope.Start(component, token => Task.WhenAll(lanes
            .Select(lane => RunWorkerAsync(scope, () => WorkAsync(lane.Reader, CancellationToken.None, token)))
            .Append(RunWorkerAsync(scope, () => DistributeAsync(events, lanes, stopReading, token)))));
        return Task.CompletedTask;
    }

    /// <summary>Runs one of the component's workers in a turn of its own.</summary>
    /// <remarks>
    /// All workers together are one piece of new work to the executor, so a small queue limit cannot refuse some of them; each
    /// continues in a turn of its own, which a pool gives to any of its threads.
    /// </remarks>
    private static async Task RunWorkerAsync(TaskScope scope, Func<Task> work)
    {
        await Executor.Yield();
        try
        {
            await work().ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            scope.Cancel($"one of its workers failed: {error.Message}");
            throw;
        }
    }

    private async Task WorkAsync(ChannelReader<T> events, CancellationToken stopReading, CancellationToken cancellationToken)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stopReading, cancellationToken);
        try
        {
            if (events.GetStatistics() is null)
            {
                await WaitAndHandleAsync(events, stopReading, reading.Token, cancellationToken).ConfigureAwait(Executor.Current is not null);
            }
            else
            {
                await ReadAndHandleAsync(events, stopReading, reading.Token, cancellationToken).ConfigureAwait(Executor.Current is not null);
            }
        }
        catch (OperationCanceledException) when (stopReading.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Told to read no more: what is inside stays with the channel's owner.
        }
        catch (ChannelClosedException)
        {
            // Throws the source's error if it ended with one.
            await events.Completion.ConfigureAwait(Executor.Current is not null);
        }
    }

    /// <summary>Takes events from a channel of ours: each event wakes one worker, and a cancelled read takes nothing.</summary>
    private async Task ReadAndHandleAsync(
        ChannelReader<T> events, CancellationToken stopReading, CancellationToken reading, CancellationToken cancellationToken)
    {
        while (GoesOn(stopReading, cancellationToken))
        {
            var item = await events.ReadAsync(reading).ConfigureAwait(Executor.Current is not null);
            var turn = clock.GetTimestamp();
            do
            {
                await runner.RunAsync(item, cancellationToken).ConfigureAwait(Executor.Current is not null);
                turn = await EndTurnAsync(turn).ConfigureAwait(Executor.Current is not null);
            }
            while (GoesOn(stopReading, cancellationToken) && events.TryRead(out item));
        }
    }

    /// <summary>Takes events from a foreign channel, where a cancelled <c>ReadAsync</c> might lose one.</summary>
    private async Task WaitAndHandleAsync(
        ChannelReader<T> events, CancellationToken stopReading, CancellationToken reading, CancellationToken cancellationToken)
    {
        while (GoesOn(stopReading, cancellationToken)
            && await events.WaitToReadAsync(reading).ConfigureAwait(Executor.Current is not null))
        {
            var turn = clock.GetTimestamp();
            while (GoesOn(stopReading, cancellationToken) && events.TryRead(out var item))
            {
                await runner.RunAsync(item, cancellationToken).ConfigureAwait(Executor.Current is not null);
                turn = await EndTurnAsync(turn).ConfigureAwait(Executor.Current is not null);
            }
        }
    }

    /// <summary>Lets the neighbours on a shared loop run when the turn was long enough.</summary>
    /// <returns>When the turn that goes on began.</returns>
    private async ValueTask<long> EndTurnAsync(long turn)
    {
        if (clock.GetElapsedTime(turn) < s_quantum)
        {
            return turn;
        }

        await Executor.Yield();
        return clock.GetTimestamp();
    }

    private async Task DistributeAsync(ChannelReader<T> events, BoundedChannel<T>[] lanes, CancellationToken stopReading, CancellationToken cancellationToken)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stopReading, cancellationToken);
        try
        {
            while (await events.WaitToReadAsync(reading.Token).ConfigureAwait(Executor.Current is not null))
            {
                while (GoesOn(stopReading, cancellationToken) && events.TryRead(out var item))
                {
                    await HandOnAsync(item, lanes, cancellationToken).ConfigureAwait(Executor.Current is not null);
                }
            }
        }
        catch (OperationCanceledException) when (stopReading.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Told to read no more; the lanes still finish what they hold.
        }
        finally
        {
            foreach (var lane in lanes)
            {
                lane.Writer.TryComplete();
            }
        }
    }

    /// <summary>Whether the next event may be taken; throws when the component was cancelled.</summary>
    /// <remarks>Asks the tokens themselves: a linked source learns of the cancellation after the handler that it has just ended.</remarks>
    private static bool GoesOn(CancellationToken stopReading, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return !stopReading.IsCancellationRequested;
    }

    private async ValueTask HandOnAsync(T item, BoundedChannel<T>[] lanes, CancellationToken cancellationToken)
    {
        int lane;
        try
        {
            lane = (int)((uint)(_orderBy!(item)?.GetHashCode() ?? 0) % (uint)lanes.Length);
        }
        catch (Exception error)
        {
            await runner.FailAsync(item, error, cancellationToken).ConfigureAwait(Executor.Current is not null);
            return;
        }

        try
        {
            await lanes[lane].Writer.WriteAsync(item, cancellationToken).ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException)
        {
            await GiveUpAsync(item).ConfigureAwait(Executor.Current is not null);
            throw;
        }
    }

    private async ValueTask GiveUpAsync(BoundedChannel<T>[] lanes)
    {
        foreach (var lane in lanes)
        {
            while (lane.Reader.TryRead(out var left))
            {
                await GiveUpAsync(left).ConfigureAwait(Executor.Current is not null);
            }
        }
    }

    private ValueTask GiveUpAsync(T item)
    {
        Interlocked.Increment(ref _undelivered);
        return runner.DisposeEventAsync(item);
    }
}
