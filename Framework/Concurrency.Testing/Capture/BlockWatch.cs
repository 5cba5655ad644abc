namespace Concurrency.Testing.Capture;

/// <summary>Interrupts the thread of a captured simulation when the code of a turn blocks it, since nobody else could end that wait.</summary>
/// <remarks>By real time: work of the pool has no context that could tell of a wait.</remarks>
internal sealed class BlockWatch : IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly Thread _watched = Thread.CurrentThread;
    private long _turn;
    private bool _isOver;
    private bool _hasInterrupted;

    /// <summary>Begins to watch the calling thread.</summary>
    public BlockWatch() => new Thread(Watch) { IsBackground = true, Name = "simulation watch" }.UnsafeStart();

    /// <summary>A turn begins.</summary>
    public void Begins() => Volatile.Write(ref _turn, _turn + 1);

    /// <summary>The turn has ended.</summary>
    /// <returns>Whether it blocked the thread and was interrupted.</returns>
    public bool Ended()
    {
        Volatile.Write(ref _turn, _turn + 1);
        return Volatile.Read(ref _hasInterrupted) && Forget();
    }

    /// <summary>Watches no more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            Monitor.PulseAll(_gate);
        }
    }

    private bool Forget()
    {
        lock (_gate)
        {
            _hasInterrupted = false;
        }

        return true;
    }

    private void Watch()
    {
        lock (_gate)
        {
            var before = 0L;
            while (!_isOver)
            {
                Monitor.Wait(_gate, s_look);
                var turn = Volatile.Read(ref _turn);

                // Odd in a turn: the simulation itself may wait between turns.
                if (!_isOver && !_hasInterrupted && turn == before && turn % 2 == 1 && _watched.ThreadState.HasFlag(ThreadState.WaitSleepJoin))
                {
                    _hasInterrupted = true;
                    _watched.Interrupt();
                }

                before = turn;
            }
        }
    }
}
