namespace Concurrency.Execution;

/// <summary>Brings the code after an <c>await</c> back to the executor that ran the code before it.</summary>
/// <remarks>
/// <see cref="Post"/> does not capture the caller's ExecutionContext: an async method restores its own.
/// An executor that watches for blocking waits derives from this class and overrides <see cref="SynchronizationContext.Wait"/>.
/// </remarks>
public class ExecutorSynchronizationContext : SynchronizationContext
{
    /// <summary>Makes the context of one executor.</summary>
    public ExecutorSynchronizationContext(Executor executor)
    {
        ArgumentNullException.ThrowIfNull(executor);
        Executor = executor;
    }

    /// <summary>The executor on which callbacks run.</summary>
    public Executor Executor { get; }

    /// <summary>Queues a callback as the continuation of admitted work.</summary>
    public override void Post(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        Resume(new ExecutorWork(d, state));
    }

    /// <summary>Runs a callback on the executor and blocks until it has returned; at once when the executor is current.</summary>
    /// <remarks>For code of .NET that has no other way, such as a token's callbacks with <c>useSynchronizationContext</c>. Await InvokeAsync elsewhere.</remarks>
    public override void Send(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        if (Executor.IsCurrent)
        {
            d(state);
            return;
        }

        var sent = new SentCallback(d, state);
        Executor.Resume(new ExecutorWork(sent));
#pragma warning disable VSTHRD002 // blocking is what Send means
        sent.Task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>Called when an <c>async void</c> method starts: it counts as work in flight until it ends.</summary>
    public override void OperationStarted() => Executor.RootStarted();

    /// <summary>Called when an <c>async void</c> method ends.</summary>
    public override void OperationCompleted() => Executor.RootCompleted();

    /// <summary>Returns this context: it has no state of its own.</summary>
    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Queues the continuation of admitted work.</summary>
    internal virtual void Resume(ExecutorWork work) => Executor.Resume(work);
}
