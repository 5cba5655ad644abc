namespace Concurrency.Bridging;

/// <summary>One wait of a bridge; whichever comes first, the end of the task or a cancellation, resumes the bridge, once.</summary>
/// <remarks>
/// It is a context that is current only while the continuation is registered: so the task posts to it when it ends, on whatever
/// thread, without a detour over the .NET thread pool and without running anything inside of the call that ended the task.
/// </remarks>
internal sealed class BridgeWait(Bridge bridge) : SynchronizationContext
{
    private const int Idle = 0;
    private const int Waiting = 1;
    private const int Interrupted = 2;

    private static readonly Action s_nothing = static () => { };

    private int _state;

    public bool WasInterrupted => Volatile.Read(ref _state) == Interrupted;

    /// <summary>Waits for the end of a task from now on.</summary>
    public void Begin(Task task)
    {
        _state = Waiting;
        var context = Current;
        SetSynchronizationContext(this);
        task.GetAwaiter().UnsafeOnCompleted(s_nothing);
        SetSynchronizationContext(context);
    }

    /// <summary>Ends the wait although the task has not ended.</summary>
    public void Interrupt()
    {
        if (Interlocked.CompareExchange(ref _state, Interrupted, Waiting) == Waiting)
        {
            bridge.Resume();
        }
    }

    /// <summary>Called when the task has ended.</summary>
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting)
        {
            bridge.Resume();
        }
    }

    public override SynchronizationContext CreateCopy() => this;
}
