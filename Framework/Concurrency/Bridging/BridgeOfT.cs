using Concurrency.Execution;

namespace Concurrency.Bridging;

/// <summary>Synchronous code with a result that may wait for asynchronous work.</summary>
internal sealed class Bridge<T>(BridgeThreads threads, Func<T> work, Delegate code, bool requireAwait, CancellationToken cancellationToken)
    : Bridge(threads, code, requireAwait, cancellationToken)
{
    private readonly TaskCompletionSource<T> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;
    private Exception? _failure;

    public Task<T> Task => _ended.Task;

    protected override void RunUserCode() => _result = work();

    protected override void KeepFailure(Exception error) => _failure = error;

    protected override void CompleteTask()
    {
        switch (_failure)
        {
            case null:
                _ended.TrySetResult(_result);
                break;
            default:
                _ended.TrySetFromTask(EndedTask.ThrowAsync<T>(_failure));
                break;
        }
    }

    protected override void CompleteCancelled(CancellationToken cancellationToken) => _ended.TrySetCanceled(cancellationToken);
}
