namespace Concurrency.Executors.Processes;

/// <summary>When a worker may be started: at once, after a wait, or not before a crash loop has calmed down.</summary>
/// <remarks>Guarded by the gate of its <see cref="WorkerCrew"/>.</remarks>
internal sealed class RespawnPolicy(ProcessExecutorOptions options)
{
    private readonly Queue<long> _failures = new();
    private int _inARow;
    private long _lastFailure;

    /// <summary>Whether the last worker failed, so that the next one is tried alone.</summary>
    public bool IsCautious => _inARow > 0;

    public void Succeeded() => _inARow = 0;

    public void Failed()
    {
        _lastFailure = options.TimeProvider.GetTimestamp();
        _failures.Enqueue(_lastFailure);
        _inARow++;
    }

    /// <summary>How long no worker may be started because too many failed; zero if the limit is not reached.</summary>
    public TimeSpan Pause()
    {
        while (_failures.TryPeek(out var first) && options.TimeProvider.GetElapsedTime(first) >= options.CrashPeriod)
        {
            _failures.Dequeue();
        }

        return _failures.Count < options.CrashLimit
            ? TimeSpan.Zero
            : options.CrashPeriod - options.TimeProvider.GetElapsedTime(_failures.Peek());
    }

    /// <summary>How long the next start has to wait; zero or less for not at all.</summary>
    public TimeSpan Wait() => _inARow < 2
        ? TimeSpan.Zero
        : options.RestartBackoff.Delay(_inARow - 1) - options.TimeProvider.GetElapsedTime(_lastFailure);
}
