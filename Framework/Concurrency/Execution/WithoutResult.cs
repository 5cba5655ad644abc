namespace Concurrency.Execution;

/// <summary>Makes work that has no result into work that has one, so that both run in the same way.</summary>
/// <remarks>A delegate that returns null instead of a task still does: whoever runs it refuses that, in one place for both.</remarks>
#pragma warning disable VSTHRD114 // null goes on to whoever refuses it
internal static class WithoutResult
{
    public static Func<Task<bool>> Of(Func<Task> work) => () => work() is { } task ? OfAsync(task) : null!;

    public static Func<TArgument, Task<bool>> Of<TArgument>(Func<TArgument, Task> work) =>
        argument => work(argument) is { } task ? OfAsync(task) : null!;

    public static async Task<bool> OfAsync(Task task)
    {
        await task.ConfigureAwait(Executor.Current is not null);
        return true;
    }
}
