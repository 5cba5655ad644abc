using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>Runs tasks in the loop of an <see cref="AsyncContext"/>; a task that comes after its end never runs.</summary>
internal sealed class ContextTaskScheduler(ContextExecutor executor) : TaskScheduler
{
    public override int MaximumConcurrencyLevel => 1;

    protected override void QueueTask(Task task) => executor.TryQueue(new ExecutorWork((Action<object?>)Run, task));

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => executor.IsCurrent && TryExecuteTask(task);

    protected override IEnumerable<Task>? GetScheduledTasks() => null;

    private void Run(object? task) => TryExecuteTask((Task)task!);
}
