using Concurrency.Diagnostics;
using Concurrency.Execution;
using Concurrency.Sources.Pumps;

namespace Concurrency.Sources.Signals;

/// <summary>Publishes what the signal thread has counted.</summary>
internal sealed class SignalPump(SourceRun<SignalEvent> run, int[] numbers, TimeProvider? clock, SignalRoute route) : ISourcePump
{
    private readonly Lock _gate = new();
    private SignalInbox? _inbox;
    private bool _ceased;
    private volatile bool _tested;

    public SignalDelivery Delivery =>
        _tested ? route.Delivery : SignalDelivery.NotStarted;

    public void Begin(Executor executor)
    {
        var inbox = new SignalInbox(numbers, clock ?? executor.TimeProvider, run.Wake, run.CountObserved, CountNotKept);
        lock (_gate)
        {
            _inbox = inbox;
            if (!_ceased)
            {
                route.Add(inbox, numbers);
            }
        }
    }

    public async Task RunAsync()
    {
        await route.TestAsync().ConfigureAwait(Executor.Current is not null);
        _tested = true;
        run.ReportStarted();
        do
        {
            await PublishPendingAsync().ConfigureAwait(Executor.Current is not null);
            if (!run.StopRequested)
            {
                await run.Wake.WaitAsync().ConfigureAwait(Executor.Current is not null);
            }

            run.Ending.ThrowIfCancellationRequested();
        }
        while (!(run.StopRequested && _inbox!.TryClose()));
    }

    public void Cease()
    {
        lock (_gate)
        {
            if (!_ceased && _inbox is not null)
            {
                route.Remove(_inbox, numbers);
            }

            _ceased = true;
        }
    }

    public long Abandon()
    {
        var (events, coalesced) = _inbox?.Abandon() ?? default;
        run.CountCoalesced(coalesced);
        return events;
    }

    /// <summary>Counts a delivery that found as many of its number pending as can be; runs on the signal thread.</summary>
    private void CountNotKept(int number)
    {
        run.CountCoalesced();
        if (SignalNumbers.IsRealTime(number))
        {
            // A real-time signal stands for itself: that it went into those that wait is a loss.
            run.CountError();
        }
    }

    private async ValueTask PublishPendingAsync()
    {
        while (_inbox!.Next() is > 0 and var number)
        {
            // Room first: as long as there is none, further deliveries of a standard signal join this one.
            if (!await run.WaitForRoomAsync().ConfigureAwait(Executor.Current is not null))
            {
                return;
            }

            number = _inbox.Next();
            var (count, timestamp) = _inbox.Take(number);
            var signal = new SignalEvent
            {
                Signal = SignalNumbers.SignalOf(number),
                Number = number,
                Count = count,
                Timestamp = timestamp,
                TraceContext = ConcurrencyTelemetry.CaptureContext(),
            };
            run.CountCoalesced(count - 1);
            if (!run.TryPublish(signal))
            {
                // Only an abort can have taken the room.
                run.CountAbandoned();
                return;
            }
        }
    }
}
