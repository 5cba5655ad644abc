using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>New work for an executor, with a callback that comes where the work ends.</summary>
/// <remarks>A continuation of the work's task would come on the .NET pool: the promises of executors complete asynchronously.</remarks>
internal sealed class ObservedRoot<TResult>(
    Executor executor, Func<CancellationToken, Task<TResult>> work, Action<Task<TResult>> ended, CancellationToken cancellationToken)
    : TokenRootTask<TResult>(executor, cancellationToken)
{
    public override Delegate Work => work;

    public override string? GivenName => (work.Target as SpawnedWork)?.Name;

    // Whoever is told of the end looks at the failure.
    protected override bool HasOwner => true;

    /// <summary>Starts work on an executor, or on the .NET pool if there is none.</summary>
    public static void Start(
        Executor? executor, Func<CancellationToken, Task<TResult>> work, Action<Task<TResult>> ended, CancellationToken cancellationToken)
    {
        if (executor is not null)
        {
            _ = new ObservedRoot<TResult>(executor, work, ended, cancellationToken).StartAsync();
            return;
        }

        _ = System.Threading.Tasks.Task.Factory
            .StartNew(() => work(cancellationToken), cancellationToken, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default)
            .Unwrap()
            .ContinueWith(
                static (run, ended) => ((Action<Task<TResult>>)ended!)(run),
                ended,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
    }

    protected override Task Start(CancellationToken cancellationToken) => NotNull(work(cancellationToken));

#pragma warning disable VSTHRD002 // the task has completed
    protected override TResult ResultOf(Task completed) => ((Task<TResult>)completed).Result;
#pragma warning restore VSTHRD002

    protected override void OnEnded() => ended(Task);
}
