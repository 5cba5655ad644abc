using System.Threading.Channels;
using Concurrency.Channels;
using Concurrency.Execution;
using Concurrency.Sources;

namespace Concurrency.Patterns;

/// <summary>Lets a component read an asynchronous sequence: it is asked for the next item when the one before was taken.</summary>
internal sealed class EnumerableSource<T>(string name, IAsyncEnumerable<T> items) : IEventSource<T>
{
    private readonly BoundedChannel<T> _channel = BoundedChannel.Create<T>(1);
    private readonly CancellationTokenSource _stop = new();
    private Task _pump = Task.CompletedTask;
    private int _undelivered;
    private int _unwritten;

    public string Name { get; } = name;

    public ChannelReader<T> Events => _channel.Reader;

    public SourceStatistics Statistics
    {
        get
        {
            var channel = _channel.Statistics;
            var published = channel.Written + Volatile.Read(ref _unwritten);
            return new SourceStatistics { Observed = published, Published = published, Undelivered = Volatile.Read(ref _undelivered) };
        }
    }

    public ValueTask StartAsync(Executor executor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(executor);
        _pump = executor.RunAsync(PumpAsync, CancellationToken.None);
        _channel.CompletesWith(_pump);
        return default;
    }

    public ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        _stop.Cancel();
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        _channel.Writer.TryComplete();
        await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing |
            (Executor.Current is null ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ContinueOnCapturedContext));
        while (_channel.Reader.TryRead(out var left))
        {
            await GiveUpAsync(left).ConfigureAwait(Executor.Current is not null);
        }
    }

    private async Task PumpAsync(CancellationToken executorStopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, executorStopping);
        try
        {
            await foreach (var item in items.WithCancellation(ending.Token).ConfigureAwait(Executor.Current is not null))
            {
                await PublishAsync(item).ConfigureAwait(Executor.Current is not null);
                if (ending.IsCancellationRequested)
                {
                    break;
                }
            }

            _channel.Writer.TryComplete();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _channel.Writer.TryComplete();
        }
        catch (Exception error)
        {
            _channel.Writer.TryComplete(error);
        }
    }

    private async ValueTask PublishAsync(T item)
    {
        try
        {
            // Not cancelled by a stop: what the sequence gave away cannot be asked for again.
            await _channel.Writer.WriteAsync(item).ConfigureAwait(Executor.Current is not null);
        }
        catch (ChannelClosedException)
        {
            Interlocked.Increment(ref _unwritten);
            await GiveUpAsync(item).ConfigureAwait(Executor.Current is not null);
        }
    }

    private ValueTask GiveUpAsync(T item)
    {
        Interlocked.Increment(ref _undelivered);
        return EventDisposal.DisposeAsync(item);
    }
}
