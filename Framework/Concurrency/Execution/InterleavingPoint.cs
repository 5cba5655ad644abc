using System.Runtime.CompilerServices;

namespace Concurrency.Execution;

/// <summary>Awaited by an operation in a simulation: completes when the simulation lets the actor go.</summary>
internal readonly struct InterleavingPoint : ICriticalNotifyCompletion
{
    public bool IsCompleted => false;

    public InterleavingPoint GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation) =>
        (Executor.Current?.Interleaver ?? throw new InvalidOperationException("An operation waits for its turn outside of a simulation."))
            .Suspend(continuation);
}
