using Concurrency.Sources.Pumps;

namespace Concurrency.Sources.Signals;

/// <summary>What one source has received and not yet published: a count per number, written by the signal thread without a lock.</summary>
/// <remarks>
/// Each slot is one word: the count in the low bits, the order of arrival above it; 0 is empty, -1 closed. One thread
/// records at a time and one pump takes; 2^28 - 1 deliveries of a number can be pending, further ones are counted and not kept. A slot that was closed takes no more, so that nothing is recorded and never published.
/// </remarks>
internal sealed class SignalInbox
{
    private const int CountBits = 28;
    private const long CountMask = (1L << CountBits) - 1;
    private const long OrderMask = long.MaxValue >> CountBits;
    private const long Closed = -1;

    private readonly int[] _numbers;
    private readonly long[] _slots = new long[SignalNumbers.Highest + 1];
    private readonly long[] _stamps = new long[SignalNumbers.Highest + 1];
    private readonly TimeProvider _clock;
    private readonly WakeSignal _wake;
    private readonly Action<long> _countObserved;
    private readonly Action<int> _countNotKept;
    private long _order;

    public SignalInbox(int[] numbers, TimeProvider clock, WakeSignal wake, Action<long> countObserved, Action<int> countNotKept)
    {
        _countNotKept = countNotKept;
        _numbers = numbers;
        _clock = clock;
        _wake = wake;
        _countObserved = countObserved;
    }

    /// <summary>Deliveries of one number that can be pending.</summary>
    public long Limit { get; init; } = CountMask;

    /// <summary>Counts one delivery and wakes the pump; false if the inbox was closed.</summary>
    public bool Record(int number)
    {
        ref var slot = ref _slots[number];
        // Counted first: the pump may publish it at once, and must never have published more than was observed.
        _countObserved(1);
        while (true)
        {
            var old = Volatile.Read(ref slot);
            if (old == Closed)
            {
                _countObserved(-1);
                return false;
            }

            if ((old & CountMask) >= Limit)
            {
                _countNotKept(number);
                return true;
            }

            if (old == 0)
            {
                Volatile.Write(ref _stamps[number], _clock.GetTimestamp());
            }

            if (Interlocked.CompareExchange(ref slot, old == 0 ? First(count: 1) : old + 1, old) == old)
            {
                break;
            }
        }

        _wake.Wake();
        return true;
    }

    /// <summary>The number to publish next: standard signals first, each kind in the order of arrival; 0 if nothing is pending.</summary>
    public int Next()
    {
        var next = 0;
        var best = long.MaxValue;
        foreach (var number in _numbers)
        {
            var value = Volatile.Read(ref _slots[number]);
            if (value <= 0)
            {
                continue;
            }

            var rank = value >> CountBits | (SignalNumbers.IsRealTime(number) ? 1L << 40 : 0);
            if (rank < best)
            {
                best = rank;
                next = number;
            }
        }

        return next;
    }

    /// <summary>Takes what a pending number stands for: all deliveries of a standard signal, one of a real-time signal.</summary>
    public (int Count, long Timestamp) Take(int number)
    {
        // The stamp is read first: once the slot is empty, the next delivery writes another.
        var stamp = Volatile.Read(ref _stamps[number]);
        if (!SignalNumbers.IsRealTime(number))
        {
            return ((int)(Interlocked.Exchange(ref _slots[number], 0) & CountMask), stamp);
        }

        while (true)
        {
            var old = Volatile.Read(ref _slots[number]);
            var rest = (old & CountMask) - 1;
            if (Interlocked.CompareExchange(ref _slots[number], rest == 0 ? 0 : First(rest), old) == old)
            {
                return (1, stamp);
            }
        }
    }

    /// <summary>Closes the empty slots; false if some number is still pending.</summary>
    public bool TryClose()
    {
        var closed = true;
        foreach (var number in _numbers)
        {
            closed &= Interlocked.CompareExchange(ref _slots[number], Closed, 0) is 0 or Closed;
        }

        return closed;
    }

    /// <summary>Closes every slot and says how many events its deliveries would have been, and how many deliveries those merge.</summary>
    public (long Events, long Coalesced) Abandon()
    {
        long events = 0;
        long coalesced = 0;
        foreach (var number in _numbers)
        {
            var value = Interlocked.Exchange(ref _slots[number], Closed);
            var count = value > 0 ? value & CountMask : 0;
            var merged = SignalNumbers.IsRealTime(number) ? count : Math.Min(count, 1);
            events += merged;
            coalesced += count - merged;
        }

        return (events, coalesced);
    }

    private long First(long count) => (Interlocked.Increment(ref _order) & (OrderMask >> 1)) << CountBits | count;
}
