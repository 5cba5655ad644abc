using System.Threading.Channels;

namespace Concurrency.Bench.Evidence;

/// <summary>Runs one case on one channel: unique items, calls cancelled on purpose in the middle, and every item accounted for.</summary>
internal sealed class CancellationRace
{
    private static readonly TimeSpan StallAfter = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly RaceCase _case;
    private readonly Channel<long> _channel;
    private readonly RaceLedger _ledger;
    private readonly Canceller _canceller;
    private volatile bool _stop;
    private volatile bool _abandoned;
    private long _cancelled;
    private long _exceptions;
    private string? _firstException;

    private CancellationRace(RaceCase @case, Channel<long> channel, Canceller canceller)
    {
        _case = @case;
        _channel = channel;
        _canceller = canceller;
        _ledger = new RaceLedger(@case.Writers);
    }

    public static async Task<RaceResult> RunAsync(RaceCase @case, Channel<long> channel, TimeSpan length)
    {
        using var canceller = new Canceller(@case.Readers + @case.Writers, seed: 1);
        return await new CancellationRace(@case, channel, canceller).RunAsync(length);
    }

    private async Task<RaceResult> RunAsync(TimeSpan length)
    {
        var readers = Enumerable.Range(0, _case.Readers).Select(i => Task.Run(() => ReadAsync(i))).ToArray();
        var writers = Enumerable.Range(0, _case.Writers).Select(i => Task.Run(() => WriteAsync(i))).ToArray();
        var stalled = !await MovesAsync(length);
        _stop = true;
        stalled |= !await EndsAsync(Task.WhenAll(writers));
        _channel.Writer.TryComplete();
        stalled |= !await EndsAsync(Task.WhenAll(readers));
        _abandoned = true;
        // A stalled channel may still hold items: those are inside, not lost.
        while (_channel.Reader.TryRead(out var item))
        {
            _ledger.Deliver(item);
        }

        var (written, lost, wrong) = _ledger.Settle();
        return new RaceResult
        {
            Written = written,
            Cancelled = Interlocked.Read(ref _cancelled),
            Lost = lost,
            DeliveredThoughCancelled = wrong,
            Duplicates = _ledger.Duplicates,
            Exceptions = Interlocked.Read(ref _exceptions),
            Stalls = stalled ? 1 : 0,
            FirstException = _firstException,
        };
    }

    /// <summary>Whether deliveries go on for the whole time.</summary>
    private async Task<bool> MovesAsync(TimeSpan length)
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        var lastMove = start;
        var lastSeen = 0L;
        while (clock.GetElapsedTime(start) < length)
        {
            await Task.Delay(Tick);
            var seen = _ledger.Delivered;
            if (seen != lastSeen)
            {
                (lastSeen, lastMove) = (seen, clock.GetTimestamp());
            }
            else if (clock.GetElapsedTime(lastMove) > StallAfter)
            {
                return false;
            }
        }

        return true;
    }

    private static async Task<bool> EndsAsync(Task all) => await Task.WhenAny(all, Task.Delay(StallAfter)) == all;

    private async Task WriteAsync(int writer)
    {
        while (!_stop)
        {
            var item = _ledger.Next(writer);
            try
            {
                await _channel.Writer.WriteAsync(item, _case.CancelsWrites ? _canceller.Arm(_case.Readers + writer) : default);
                _ledger.Accepted(item);
            }
            catch (OperationCanceledException)
            {
                _ledger.Cancelled(item);
                Interlocked.Increment(ref _cancelled);
            }
            catch (Exception error) when (!_stop)
            {
                // Whether this item was written is anybody's guess: it counts neither as lost nor as wrong.
                await ReportAsync(error);
            }
        }
    }

    private async Task ReadAsync(int reader)
    {
        for (var turn = reader; !_abandoned; turn++)
        {
            try
            {
                var direct = _case.Reads == ReadKind.Read || (_case.Reads == ReadKind.Mixed && turn % 2 == 0);
                var token = _case.Reads == ReadKind.Uncancelled ? default : _canceller.Arm(reader);
                if (!await (direct ? ReadDirectlyAsync(token) : ReadAfterWaitingAsync(token)))
                {
                    return;
                }
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _cancelled);
            }
            catch (ChannelClosedException)
            {
                return;
            }
            catch (Exception error)
            {
                await ReportAsync(error);
            }
        }
    }

    private async ValueTask<bool> ReadDirectlyAsync(CancellationToken token)
    {
        _ledger.Deliver(await _channel.Reader.ReadAsync(token));
        return true;
    }

    private async ValueTask<bool> ReadAfterWaitingAsync(CancellationToken token)
    {
        if (!await _channel.Reader.WaitToReadAsync(token))
        {
            return false;
        }

        if (_channel.Reader.TryRead(out var item))
        {
            _ledger.Deliver(item);
        }

        return true;
    }

    private async Task ReportAsync(Exception error)
    {
        Interlocked.Increment(ref _exceptions);
        Interlocked.CompareExchange(ref _firstException, $"{error.GetType().Name}: {error.Message}", null);
        // A broken channel may fail at once, again and again: leave the others a chance to run.
        await Task.Yield();
    }
}
