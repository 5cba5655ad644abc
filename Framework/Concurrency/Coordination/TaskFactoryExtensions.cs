namespace Concurrency.Coordination;

/// <summary>Starts work as <c>Task.Run</c> does, but on the scheduler of a <see cref="TaskFactory"/>.</summary>
public static class TaskFactoryExtensions
{
    /// <summary>Starts synchronous work; without a scheduler of the factory, on the .NET thread pool.</summary>
    public static Task Run(this TaskFactory @this, Action action)
    {
        ArgumentNullException.ThrowIfNull(@this);
        ArgumentNullException.ThrowIfNull(action);
        return @this.StartNew(action, @this.CancellationToken, OptionsOf(@this), SchedulerOf(@this));
    }

    /// <inheritdoc cref="Run(TaskFactory, Action)"/>
    public static Task<TResult> Run<TResult>(this TaskFactory @this, Func<TResult> action)
    {
        ArgumentNullException.ThrowIfNull(@this);
        ArgumentNullException.ThrowIfNull(action);
        return @this.StartNew(action, @this.CancellationToken, OptionsOf(@this), SchedulerOf(@this));
    }

    /// <summary>Starts asynchronous work; without a scheduler of the factory, on the .NET thread pool.</summary>
    /// <returns>A task that ends with the work.</returns>
    public static Task Run(this TaskFactory @this, Func<Task> action)
    {
        ArgumentNullException.ThrowIfNull(@this);
        ArgumentNullException.ThrowIfNull(action);
        return @this.StartNew(action, @this.CancellationToken, OptionsOf(@this), SchedulerOf(@this)).Unwrap();
    }

    /// <inheritdoc cref="Run(TaskFactory, Func{Task})"/>
    public static Task<TResult> Run<TResult>(this TaskFactory @this, Func<Task<TResult>> action)
    {
        ArgumentNullException.ThrowIfNull(@this);
        ArgumentNullException.ThrowIfNull(action);
        return @this.StartNew(action, @this.CancellationToken, OptionsOf(@this), SchedulerOf(@this)).Unwrap();
    }

    private static TaskCreationOptions OptionsOf(TaskFactory factory) => factory.CreationOptions | TaskCreationOptions.DenyChildAttach;

    private static TaskScheduler SchedulerOf(TaskFactory factory) => factory.Scheduler ?? TaskScheduler.Default;
}
