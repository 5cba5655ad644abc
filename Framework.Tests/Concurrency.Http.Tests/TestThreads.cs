namespace Concurrency.Http.Tests;

internal static class TestThreads
{
    /// <summary>Runs work on a thread of the .NET pool.</summary>
    public static Task<T> OnOtherThread<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Default).Unwrap();
}
