using Concurrency.Interop;

namespace Concurrency.Executors;

/// <summary>Queued behind new work when every thread of a pool is busy, to learn how long such work waits.</summary>
internal sealed class QueueProbe(TimeProvider clock) : IThreadPoolWorkItem
{
    private const long IntervalMilliseconds = 100;
    private const int Home = 0;
    private const int Leaving = 1;
    private const int Out = 2;

    private long _longest;
    private long _sent;
    private int _state;
    private long _nextSend;

    /// <summary>The longest wait seen, that of the probe that waits now included.</summary>
    public TimeSpan Longest => clock.GetElapsedTime(0, Math.Max(Volatile.Read(ref _longest), WaitingTicks()));

    /// <summary>How long the probe has waited that waits now; zero if none does.</summary>
    public TimeSpan Waiting => clock.GetElapsedTime(0, WaitingTicks());

    /// <summary>Whether the caller should queue the probe now; rarely true, so that it costs nothing.</summary>
    public bool TrySend()
    {
        if (Volatile.Read(ref _state) != Home)
        {
            return false;
        }

        var now = CoarseClock.Milliseconds();
        if (now < Volatile.Read(ref _nextSend) || Interlocked.CompareExchange(ref _state, Leaving, Home) != Home)
        {
            return false;
        }

        Volatile.Write(ref _sent, clock.GetTimestamp());
        Volatile.Write(ref _nextSend, now + IntervalMilliseconds);
        Volatile.Write(ref _state, Out);
        return true;
    }

    /// <summary>A worker has come upon the probe.</summary>
    public void Receive()
    {
        var waited = clock.GetTimestamp() - _sent;
        if (waited > Volatile.Read(ref _longest))
        {
            Volatile.Write(ref _longest, waited);
        }

        Volatile.Write(ref _state, Home);
    }

    void IThreadPoolWorkItem.Execute() => Receive();

    // The state is read first: its time was written before it.
    private long WaitingTicks() => Volatile.Read(ref _state) == Out ? Math.Max(0, clock.GetTimestamp() - Volatile.Read(ref _sent)) : 0;
}
