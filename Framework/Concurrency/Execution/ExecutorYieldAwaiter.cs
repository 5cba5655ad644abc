using System.Runtime.CompilerServices;

namespace Concurrency.Execution;

/// <summary>Awaiter of <see cref="ExecutorYieldAwaitable"/>; used by the compiler.</summary>
public readonly struct ExecutorYieldAwaiter : ICriticalNotifyCompletion, IEquatable<ExecutorYieldAwaiter>
{
    /// <summary>Always false: yielding never completes at once.</summary>
    public bool IsCompleted => false;

    /// <summary>Does nothing: yielding has no result.</summary>
    public void GetResult()
    {
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation)
    {
        if (Executor.Current is { } executor)
        {
            executor.ResumeWithContext(continuation);
            return;
        }

        default(YieldAwaitable.YieldAwaiter).OnCompleted(continuation);
    }

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        if (Executor.Current is { } executor)
        {
            executor.ResumeHere(new ExecutorWork(continuation));
            return;
        }

        default(YieldAwaitable.YieldAwaiter).UnsafeOnCompleted(continuation);
    }

    /// <inheritdoc/>
    public bool Equals(ExecutorYieldAwaiter other) => true;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ExecutorYieldAwaiter;

    /// <inheritdoc/>
    public override int GetHashCode() => 0;

    /// <summary>All values are equal.</summary>
    public static bool operator ==(ExecutorYieldAwaiter left, ExecutorYieldAwaiter right) => true;

    /// <summary>All values are equal.</summary>
    public static bool operator !=(ExecutorYieldAwaiter left, ExecutorYieldAwaiter right) => false;
}
