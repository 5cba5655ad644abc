using Concurrency.Coordination.Synchronous;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A thread that runs the loop of an <see cref="AsyncContext"/> until it is asked to end.</summary>
/// <remarks>
/// For programs that were written against it; new ones take a <c>DedicatedThreadExecutor</c>. It is a background thread. All members are
/// safe to call from any thread.
/// </remarks>
public sealed class AsyncContextThread : IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isDisposed;

    /// <summary>Starts the thread.</summary>
    public AsyncContextThread()
    {
        Context = new AsyncContext();
        Context.TryBegin();
        CleanThreads.Start(Execute, "async context");
    }

    /// <summary>The context whose loop the thread runs.</summary>
    public AsyncContext Context { get; }

    /// <summary>Starts tasks on the thread.</summary>
    public TaskFactory Factory => Context.Factory;

    /// <summary>Asks the thread to end when its last operation has, and completes when it has.</summary>
    /// <returns>Fails with what a callback threw, which ends the thread, too.</returns>
    public Task JoinAsync()
    {
        Dispose();
        return _ended.Task;
    }

    /// <summary>Asks the thread to end when its last operation has, and blocks the calling thread until then.</summary>
    /// <exception cref="Exception">What a callback threw, which ends the thread, too.</exception>
    public void Join() => BlockingWait.For(JoinAsync());

    /// <summary>Asks the thread to end when its last operation has; does not wait for that.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            Context.End();
        }
    }

    private void Execute()
    {
        try
        {
            using (Context)
            {
                Context.Execute();
            }

            _ended.SetResult();
        }
        catch (Exception error)
        {
            _ended.SetException(error);
        }
    }
}
