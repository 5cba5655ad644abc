using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Waits for the end of a task, however it ends.</summary>
/// <remarks>
/// Not by Task.WhenAny: what that hangs on a promise that completes asynchronously is called on the .NET pool, and the
/// caller's executor would see a post from outside where nothing came from outside.
/// </remarks>
internal static class TaskEnd
{
    public static async Task OfAsync(Task task) =>
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | Where());

    private static ConfigureAwaitOptions Where() =>
        Executor.Current is null ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ContinueOnCapturedContext;
}
