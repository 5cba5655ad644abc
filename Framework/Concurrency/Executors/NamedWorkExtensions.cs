using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Starts work under a name of its own: shown by reports, lists of tasks and snapshots instead of the method's.</summary>
public static class NamedWorkExtensions
{
    /// <inheritdoc cref="Executor.RunAsync(Func{CancellationToken, Task}, CancellationToken)"/>
    /// <param name="executor">Where it runs.</param>
    /// <param name="name">The name; not empty.</param>
    /// <param name="work">Receives a token that is cancelled by <paramref name="cancellationToken"/> or when the executor is disposed.</param>
    /// <param name="cancellationToken">Passed on to the work; also cancels it before it starts.</param>
    public static Task RunAsync(
        this Executor executor, string name, Func<CancellationToken, Task> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(executor);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(work);
        return executor.RunAsync(new Named<Task>(name, work).RunAsync, cancellationToken);
    }

    /// <inheritdoc cref="RunAsync(Executor, string, Func{CancellationToken, Task}, CancellationToken)"/>
    public static Task<T> RunAsync<T>(
        this Executor executor, string name, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(executor);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(work);
        return executor.RunAsync(new Named<Task<T>>(name, work).RunAsync, cancellationToken);
    }

    private sealed class Named<TTask>(string name, Func<CancellationToken, TTask> work) : INamedWork
        where TTask : Task
    {
        public string Name => name;

        public TTask RunAsync(CancellationToken cancellationToken) => work(cancellationToken);
    }
}
