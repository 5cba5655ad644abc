namespace Concurrency.Execution;

internal sealed class SyncRootTask(Executor executor, Action work, CancellationToken cancellationToken)
    : RootTask<bool>(executor, cancellationToken)
{
    protected override Task Start(CancellationToken cancellationToken)
    {
        work();
        return System.Threading.Tasks.Task.CompletedTask;
    }

    protected override bool ResultOf(Task completed) => true;
}
