namespace Concurrency.Bridging;

/// <summary>One thread for synchronous code: it sleeps between jobs and between the turns of a job.</summary>
internal sealed class BridgeThread(BridgeThreads threads)
{
    private readonly HandOver _wake = new();

    /// <summary>The job that has the thread, or null; changed under the lock of the threads.</summary>
    public BridgeJob? Job { get; set; }

    /// <summary>The job that has the thread got a turn.</summary>
    public void Wake() => _wake.Signal();

    /// <summary>Sleeps until the job gets its next turn.</summary>
    public void Sleep() => _wake.Wait(Timeout.InfiniteTimeSpan, look: true);

    /// <summary>The life of the thread.</summary>
    public void Run()
    {
        while (true)
        {
            if (!_wake.Wait(threads.Options.IdleTimeout, look: false))
            {
                if (threads.TryRetire(this))
                {
                    return;
                }

                Sleep();
            }

            Job!.Run()?.StartLate();
        }
    }
}
