namespace Concurrency.Execution;

/// <summary>A callback that runs under the <see cref="ExecutionContext"/> of its submitter.</summary>
internal sealed class ContextWork(Action<object?> callback, object? state, ExecutionContext context) : IThreadPoolWorkItem
{
    private static readonly ContextCallback s_run = static self =>
    {
        var work = (ContextWork)self!;
        work.Invoke();
    };

    /// <summary>What runs, for descriptions.</summary>
    public ExecutorWork Inner => new(callback, state);

    private void Invoke() => callback(state);

    public void Execute() => ExecutionContext.Run(context, s_run, this);
}
