using Concurrency.Executors;
using Microsoft.Extensions.Logging;

namespace Concurrency.Bridging;

/// <summary>A blocking call whose caller may go away: then it never starts, or goes on without him.</summary>
internal sealed class AbandonableCall<T>(Func<T> work, Delegate code, ILogger logger, CancellationToken cancellationToken)
    : TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private CancellationTokenRegistration _registration;

    /// <summary>Makes the call; on a thread of the pool.</summary>
    public T Run() => work();

    /// <summary>The task for the caller: ends with the call or with the cancellation, whichever is first.</summary>
    public Task<T> Follow(Task<T> call)
    {
        _registration = cancellationToken.UnsafeRegister(
            static (self, token) => ((AbandonableCall<T>)self!).TrySetCanceled(token), this);
        _ = call.ContinueWith(
            static (call, self) => ((AbandonableCall<T>)self!).End(call),
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return Task;
    }

    private void End(Task<T> call)
    {
        _registration.Unregister();
        if (!TrySetFromTask(call) && call.IsFaulted)
        {
            var name = WorkDescription.MethodOf(code);
            Unawaited.Observe(call, name, (_, error) => BridgeLog.BlockingCallFailedUnawaited(logger, name, error));
        }
    }
}
