using Concurrency.Execution;
using Concurrency.Sources.Signals;

namespace Concurrency.SignalChild;

/// <summary>Reads one source on its executor and prints each event, or counts them per number.</summary>
internal sealed class SourceReader(SignalSource source, Executor executor, bool quiet)
{
    private readonly object _changed = new();
    private readonly SortedDictionary<int, int> _counts = [];
    private readonly Dictionary<int, long> _handledAt = [];
    private Task? _reading;

    public SignalDelivery Delivery => source.Delivery;

    public void Start(bool readAtOnce)
    {
        source.StartAsync(executor).AsTask().Wait();
        if (readAtOnce)
        {
            Read();
        }
    }

    public void Read() => _reading ??= executor.RunAsync(ReadAsync);

    /// <summary>Stops the source, waits until everything has been read, and prints the accounts.</summary>
    public void Stop()
    {
        source.StopAsync().AsTask().Wait();
        Read();
        _reading!.Wait();
        var s = source.Statistics;
        var counts = string.Join(' ', _counts.Select(pair => $"{pair.Key}={pair.Value}"));
        Output.Line($"{source.Name} observed={s.Observed} coalesced={s.Coalesced} published={s.Published} " +
            $"dropped={s.Dropped} undelivered={s.Undelivered} read={_counts.Values.Sum()} {counts}");
    }

    /// <summary>Blocks until so many events of a number have been read.</summary>
    public void AwaitCount(int number, int count) => Await(() => _counts.GetValueOrDefault(number) >= count);

    /// <summary>Blocks until an event of a number has been read at or after a time of the system's monotonic clock.</summary>
    public void AwaitHandledSince(int number, long timestamp) => Await(() => _handledAt.GetValueOrDefault(number) >= timestamp);

    public void Dispose() => source.DisposeAsync().AsTask().Wait();

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        while (await source.Events.WaitToReadAsync(cancellationToken))
        {
            while (source.Events.TryRead(out var signal))
            {
                lock (_changed)
                {
                    _counts[signal.Number] = _counts.GetValueOrDefault(signal.Number) + 1;
                    _handledAt[signal.Number] = TimeProvider.System.GetTimestamp();
                    Monitor.PulseAll(_changed);
                }

                if (!quiet)
                {
                    Output.Line($"{source.Name} {signal.Name} {signal.Count}");
                }
            }
        }
    }

    private void Await(Func<bool> reached)
    {
        lock (_changed)
        {
            while (!reached())
            {
                Monitor.Wait(_changed);
            }
        }
    }
}
