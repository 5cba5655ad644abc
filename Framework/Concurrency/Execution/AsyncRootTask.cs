namespace Concurrency.Execution;

internal sealed class AsyncRootTask(Executor executor, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    : TokenRootTask<bool>(executor, cancellationToken)
{
    public override Delegate Work => work;

    protected override Task Start(CancellationToken cancellationToken) => NotNull(work(cancellationToken));

    protected override bool ResultOf(Task completed) => true;
}
