namespace Concurrency.Executors;

/// <summary>Queued behind new work when every thread of a pool is busy, to learn how long such work waits.</summary>
internal sealed class QueueProbe : IThreadPoolWorkItem
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _clock = TimeProvider.System;
    private long _longest;
    private long _sent;
    private int _isOut;
    private long _nextSend;

    /// <summary>The longest wait seen, that of the probe that waits now included.</summary>
    public TimeSpan Longest
    {
        get
        {
            var sent = Volatile.Read(ref _sent);
            var waiting = Volatile.Read(ref _isOut) == 0 ? 0 : _clock.GetTimestamp() - sent;
            return _clock.GetElapsedTime(0, Math.Max(Volatile.Read(ref _longest), waiting));
        }
    }

    /// <summary>Whether the caller should queue the probe now; rarely true, so that it costs nothing.</summary>
    public bool TrySend()
    {
        if (Volatile.Read(ref _isOut) != 0)
        {
            return false;
        }

        var now = _clock.GetTimestamp();
        if (now < Volatile.Read(ref _nextSend) || Interlocked.Exchange(ref _isOut, 1) != 0)
        {
            return false;
        }

        Volatile.Write(ref _sent, now);
        Volatile.Write(ref _nextSend, now + (long)(s_interval.TotalSeconds * _clock.TimestampFrequency));
        return true;
    }

    /// <summary>A worker has come upon the probe.</summary>
    /// <returns>How long it waited.</returns>
    public TimeSpan Receive()
    {
        var waited = _clock.GetTimestamp() - _sent;
        if (waited > Volatile.Read(ref _longest))
        {
            Volatile.Write(ref _longest, waited);
        }

        Volatile.Write(ref _isOut, 0);
        return _clock.GetElapsedTime(0, waited);
    }

    void IThreadPoolWorkItem.Execute() => Receive();
}
