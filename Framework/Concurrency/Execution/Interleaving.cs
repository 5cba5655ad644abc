using System.Runtime.CompilerServices;

namespace Concurrency.Execution;

/// <summary>The places in our operations where, on real threads, another one could go first.</summary>
/// <remarks>Outside of a simulation each place costs the read of one static field.</remarks>
internal static class Interleaving
{
    private static int s_simulations;

    /// <summary>Whether a simulation runs somewhere in the process.</summary>
    private static bool IsOn
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => s_simulations != 0;
    }

    /// <summary>How promises resume those who await them: never inside of the call that keeps the promise.</summary>
    /// <remarks>In a simulation, awaiting code is posted to its actor anyway, and what .NET itself continues must not leave to its pool.</remarks>
    public static TaskCreationOptions CompletionOptions
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsOn && Executor.Current?.Interleaver is not null ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously;
    }

    /// <summary>A simulation begins.</summary>
    public static void Enter() => Interlocked.Increment(ref s_simulations);

    /// <summary>A simulation has ended.</summary>
    public static void Leave() => Interlocked.Decrement(ref s_simulations);

    /// <summary>Whether the calling operation must let a simulation decide first who goes; it then awaits <see cref="InterleavingPoint"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Holds(OperationKind kind, object resource) => IsOn && Arrive(kind, resource);

    /// <summary>Tells a simulation of an operation that does not wait.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Touch(OperationKind kind, object resource)
    {
        if (IsOn)
        {
            Executor.Current?.Interleaver?.Touch(kind, resource);
        }
    }

    /// <summary>Waits for the turn, then does the operation.</summary>
    public static async ValueTask ThenAsync<TState>(
        Func<TState, CancellationToken, ValueTask> operation, TState state, CancellationToken cancellationToken)
    {
        await default(InterleavingPoint);
        Executor.Current?.Interleaver?.Watch(cancellationToken);
        await operation(state, cancellationToken).ConfigureAwait(Executor.Current is not null);
    }

    /// <inheritdoc cref="ThenAsync{TState}"/>
    public static async ValueTask<T> ThenAsync<TState, T>(
        Func<TState, CancellationToken, ValueTask<T>> operation, TState state, CancellationToken cancellationToken)
    {
        await default(InterleavingPoint);
        Executor.Current?.Interleaver?.Watch(cancellationToken);
        return await operation(state, cancellationToken).ConfigureAwait(Executor.Current is not null);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Arrive(OperationKind kind, object resource) =>
        Executor.Current?.Interleaver is { } interleaver && !interleaver.Arrive(kind, resource);
}
