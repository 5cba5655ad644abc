using System.Runtime.CompilerServices;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A wait whose result is to be disposed, such as the key of a lock.</summary>
/// <typeparam name="T">The type of the result.</typeparam>
/// <remarks>
/// It is not disposable itself, so that <c>using (mutex.LockAsync())</c>, which forgets the <c>await</c>, does not compile. It may be
/// awaited or converted any number of times. An <c>await</c> on an executor comes back to it, even with <c>ConfigureAwait(false)</c>.
/// </remarks>
public readonly struct AwaitableDisposable<T>
    where T : IDisposable
{
    // A result, or a task: never a reusable source, which could be awaited only once.
    private readonly ValueTask<T> _wait;

    /// <summary>Wraps a task.</summary>
    public AwaitableDisposable(Task<T> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        _wait = new ValueTask<T>(task);
    }

    internal AwaitableDisposable(ValueTask<T> wait)
    {
        _wait = wait;
    }

    /// <summary>Whether the wait has ended.</summary>
    public bool IsCompleted => _wait.IsCompleted;

    /// <summary>Hands out the task.</summary>
    public static implicit operator Task<T>(AwaitableDisposable<T> source) => source.AsTask();

    /// <summary>The wait as a task.</summary>
    public Task<T> AsTask() => _wait.AsTask();

    /// <summary>Called by <c>await</c>.</summary>
    public ValueTaskAwaiter<T> GetAwaiter() => _wait.GetAwaiter();

    /// <summary>Says whether the code after the <c>await</c> returns to the caller's context; on an executor it always does.</summary>
    public ConfiguredValueTaskAwaitable<T> ConfigureAwait(bool continueOnCapturedContext) =>
        _wait.ConfigureAwait(continueOnCapturedContext || Executor.Current is not null);
}
