namespace Concurrency.Execution;

internal sealed class SyncRootTask(Executor executor, Action work, CancellationToken cancellationToken)
    : TokenRootTask<bool>(executor, cancellationToken)
{
    public override Delegate Work => work;

    protected override Task Start(CancellationToken cancellationToken)
    {
        work();
        return System.Threading.Tasks.Task.CompletedTask;
    }

    protected override bool ResultOf(Task completed) => true;
}
