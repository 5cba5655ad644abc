namespace Concurrency.Bench.Evidence;

/// <summary>A thread that cancels calls while they are being made: it spins on the sources that callers put down just before they call.</summary>
internal sealed class Canceller : IDisposable
{
    private readonly CancellationTokenSource?[] _slots;
    private readonly Thread _thread;
    private readonly int _seed;
    private volatile bool _stop;

    public Canceller(int slots, int seed)
    {
        _slots = new CancellationTokenSource?[slots];
        _seed = seed;
        _thread = new Thread(Spin) { IsBackground = true, Name = "canceller" };
        _thread.Start();
    }

    /// <summary>A token for the next call of the caller that owns the slot; it may be cancelled at any moment from now on.</summary>
    public CancellationToken Arm(int slot)
    {
        var source = new CancellationTokenSource();
        Volatile.Write(ref _slots[slot], source);
        return source.Token;
    }

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
    }

    private void Spin()
    {
        var random = new Random(_seed);
        while (!_stop)
        {
            for (var slot = 0; slot < _slots.Length; slot++)
            {
                if (Interlocked.Exchange(ref _slots[slot], null) is { } source)
                {
                    // From the first instruction of the call to well after it began to wait: the scale is drawn too.
                    Thread.SpinWait(random.Next(1 << random.Next(11)));
                    source.Cancel();
                }
            }
        }
    }
}
