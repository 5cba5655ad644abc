namespace Concurrency.Execution;

internal sealed class AsyncRootTask<T>(Executor executor, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    : TokenRootTask<T>(executor, cancellationToken)
{
    public override Delegate Work => work;

    protected override Task Start(CancellationToken cancellationToken) => NotNull(work(cancellationToken));

#pragma warning disable VSTHRD002 // the task has completed
    protected override T ResultOf(Task completed) => ((Task<T>)completed).Result;
#pragma warning restore VSTHRD002
}
