namespace Concurrency.Execution;

internal sealed class SyncRootTask<T>(Executor executor, Func<T> work, CancellationToken cancellationToken)
    : TokenRootTask<T>(executor, cancellationToken)
{
    private T _result = default!;

    public override Delegate Work => work;

    protected override Task Start(CancellationToken cancellationToken)
    {
        _result = work();
        return System.Threading.Tasks.Task.CompletedTask;
    }

    protected override T ResultOf(Task completed) => _result;
}
