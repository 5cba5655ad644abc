using System.Runtime.CompilerServices;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Work with a result that was handed over to run.</summary>
/// <typeparam name="T">The result.</typeparam>
public sealed class SpawnedWork<T> : SpawnedWork
{
    private readonly TaskCompletionSource<T> _end = new(Interleaving.CompletionOptions);
    private readonly Func<CancellationToken, Task<T>> _work;

    internal SpawnedWork(string name, Func<CancellationToken, Task<T>> work, IWorkOwner owner)
        : base(name, owner)
    {
        _work = work;
    }

    /// <summary>Completes with the work, as the work does.</summary>
    public new Task<T> Task => (Task<T>)base.Task;

    private protected override Task End => _end.Task;

    /// <summary>Makes the work itself awaitable.</summary>
    public new TaskAwaiter<T> GetAwaiter() => Task.GetAwaiter();

    internal override void Start(Executor? executor) => ObservedRoot<T>.Start(executor, RunAsync, Settle, Token);

    internal override async Task RunInlineAsync()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            // Work that spawns into its own full pool, and so on, each in its caller: this one begins with an empty stack.
            await Executor.Yield();
        }

        var run = RunAsync(default);
        await TaskEnd.OfAsync(run).ConfigureAwait(Executor.Current is not null);
        Settle(run);
    }

    private protected override void CompleteStopped(Exception? inner) => _end.TrySetFromTask(EndedTask.ThrowAsync<T>(Stopped(inner)));

    private async Task<T> RunAsync(CancellationToken executorToken)
    {
        if (!TryBegin())
        {
            throw new OperationCanceledException(Token);
        }

        var link = executorToken.UnsafeRegister(static self => ((SpawnedWork<T>)self!).CancelToken(), this);
        var frame = WorkFrame.Enter(Owner.Pool, this);
        try
        {
            return await Given.Task(_work(Token), $"'{Name}'").ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            frame.End();
            link.Unregister();
        }
    }

    private void Settle(Task<T> run)
    {
        var state = run.IsCompletedSuccessfully ? SpawnedWorkState.Succeeded
            : run.IsCanceled ? SpawnedWorkState.Cancelled
            : SpawnedWorkState.Failed;
        if (!TryEnd(state))
        {
            return;
        }

        if (state == SpawnedWorkState.Cancelled && Reason is not null)
        {
            CompleteStopped(new TaskCanceledException(run));
        }
        else
        {
            _end.TrySetFromTask(run);
        }

        RunLinks();
    }
}
