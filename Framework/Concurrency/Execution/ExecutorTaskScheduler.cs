namespace Concurrency.Execution;

/// <summary>Lets code that knows only <see cref="TaskScheduler"/> start its tasks on an executor.</summary>
internal sealed class ExecutorTaskScheduler(Executor executor) : TaskScheduler
{
    public override int MaximumConcurrencyLevel => executor.MaximumConcurrency;

    protected override void QueueTask(Task task)
    {
        // A task that continues admitted work (a ContinueWith, an inner task) must not be refused; the base class
        // cannot tell them apart, so only starts from outside the executor count as new.
        if (executor.IsCurrent)
        {
            executor.Resume(new ExecutorWork((Action<object?>)Run, task));
            return;
        }

        executor.UnsafePost(Run, task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        executor.IsCurrent && !taskWasPreviouslyQueued && TryExecuteTask(task);

    protected override IEnumerable<Task>? GetScheduledTasks() => null;

    private void Run(object? task) => TryExecuteTask((Task)task!);
}
