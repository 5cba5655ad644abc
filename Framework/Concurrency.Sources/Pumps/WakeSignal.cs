using System.Threading.Tasks.Sources;

namespace Concurrency.Sources.Pumps;

/// <summary>Wakes the one pump that waits: any number of wake-ups before it runs are one.</summary>
/// <remarks>
/// The wait comes back through the pump's own executor. A wake-up is re-armed before the pump looks at its work,
/// so one that comes while it looks is not lost.
/// </remarks>
internal sealed class WakeSignal : IValueTaskSource
{
    private const int Idle = 0;
    private const int Set = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private int _state;

    /// <summary>Wakes the pump now, or makes its next wait complete at once. Safe from any thread, never blocks.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _state, Set) == Waiting)
        {
            _core.SetResult(true);
        }
    }

    /// <summary>Completes after the next wake-up; one wait at a time.</summary>
    public ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Set) == Set)
        {
            return default;
        }

        _core.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Set)
        {
            Interlocked.Exchange(ref _state, Idle);
            return default;
        }

        return new ValueTask(this, _core.Version);
    }

    void IValueTaskSource.GetResult(short token)
    {
        Interlocked.Exchange(ref _state, Idle);
        _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
