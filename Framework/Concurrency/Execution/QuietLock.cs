namespace Concurrency.Execution;

/// <summary>A lock that the framework holds for a few instructions: waiting for it is not a blocking wait of the user.</summary>
internal sealed class QuietLock
{
    private readonly Lock _lock = new();

    public Scope EnterScope()
    {
        if (!_lock.TryEnter())
        {
            EnterContended();
        }

        return new Scope(_lock);
    }

    private void EnterContended()
    {
        // The context of an executor is told of every wait of the thread, and would count this one.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            _lock.Enter();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    internal readonly ref struct Scope(Lock entered) : IDisposable
    {
        public void Dispose() => entered.Exit();
    }
}
