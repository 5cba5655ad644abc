using System.Runtime.CompilerServices;

namespace Concurrency.Execution;

/// <summary>The places in our operations where, on real threads, another one could go first.</summary>
/// <remarks>Outside of a simulation each place costs the read of one static field.</remarks>
internal static class Interleaving
{
    [ThreadStatic]
    private static Interleaver? t_betweenTurns;

    private static int s_simulations;

    /// <summary>Whether the calling operation must go through <c>ThenAsync</c>, so that a simulation decides who goes first.</summary>
    public static bool Applies
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsOn && IsSimulated();
    }

    /// <summary>How promises resume those who await them: never inside of the call that keeps the promise.</summary>
    /// <remarks>In a simulation, awaiting code is posted to its actor anyway, and what .NET itself continues must not leave to its pool.</remarks>
    public static TaskCreationOptions CompletionOptions
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsOn && KeepsContinuations() ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously;
    }

    /// <summary>Whether the end of a piece of work is a step of its own.</summary>
    public static bool SeparatesEnds
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsOn && Executor.Current?.Interleaver is { SeparatesEnds: true };
    }

    /// <summary>Whether a simulation runs somewhere in the process.</summary>
    private static bool IsOn
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => s_simulations != 0;
    }

    /// <summary>A simulation begins.</summary>
    public static void Enter() => Interlocked.Increment(ref s_simulations);

    /// <summary>A simulation has ended.</summary>
    public static void Leave() => Interlocked.Decrement(ref s_simulations);

    /// <summary>What hears of operations that the calling thread does outside of turns, such as in the callbacks of timers.</summary>
    public static void HearBetweenTurns(Interleaver? interleaver) => t_betweenTurns = interleaver;

    /// <summary>Tells a simulation that an operation which does not wait is about to be done. Not to be called under a gate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Touch(OperationKind kind, object resource)
    {
        if (IsOn)
        {
            (Executor.Current?.Interleaver ?? t_betweenTurns)?.Touch(kind, resource);
        }
    }

    /// <summary>Tells a simulation that an operation on another thing comes to this one too. Also under a gate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void See(OperationKind kind, object resource)
    {
        if (IsOn)
        {
            (Executor.Current?.Interleaver ?? t_betweenTurns)?.See(kind, resource);
        }
    }

    /// <summary>Tells a simulation that the current actor looks at a token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Watch(CancellationToken cancellationToken)
    {
        if (IsOn)
        {
            Executor.Current?.Interleaver?.Watch(cancellationToken);
        }
    }

    /// <summary>Tells a simulation that the operation which was told with <see cref="Touch"/> took what it tried to take.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Took(OperationKind kind, object resource)
    {
        if (IsOn)
        {
            Executor.Current?.Interleaver?.Took(kind, resource);
        }
    }

    /// <summary>Tells a simulation which of its cases a select took.</summary>
    /// <param name="select">The select.</param>
    /// <param name="taken">The index of the case; negative for a timeout or an end.</param>
    /// <param name="count">How many cases there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TookCase(object select, int taken, int count)
    {
        if (IsOn)
        {
            Executor.Current?.Interleaver?.TookCase(select, taken, count);
        }
    }

    /// <summary>Lets a simulation decide where a choice between equals begins.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="otherwise">What is taken outside of a simulation.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Choose(int count, int otherwise) => IsOn && Executor.Current?.Interleaver is { } interleaver ? interleaver.Choose(count) : otherwise;

    /// <summary>In a simulation: waits for the turn, then does the operation.</summary>
    public static async ValueTask ThenAsync<TState>(
        OperationKind kind, object resource, Func<TState, CancellationToken, ValueTask> operation, TState state, CancellationToken cancellationToken)
    {
        var interleaver = Executor.Current!.Interleaver!;
        if (!interleaver.Arrive(kind, resource))
        {
            await default(InterleavingPoint);
        }

        interleaver.Begin(kind, resource);
        interleaver.Watch(cancellationToken);
        var wait = operation(state, cancellationToken);
        var actor = wait.IsCompleted ? null : interleaver.Park(kind, resource);
        var passed = false;
        try
        {
            await wait.ConfigureAwait(Executor.Current is not null);
            passed = true;
        }
        finally
        {
            interleaver.End(kind, resource, actor, passed);
        }
    }

    /// <inheritdoc cref="ThenAsync{TState}"/>
    public static async ValueTask<T> ThenAsync<TState, T>(
        OperationKind kind, object resource, Func<TState, CancellationToken, ValueTask<T>> operation, TState state, CancellationToken cancellationToken)
    {
        var interleaver = Executor.Current!.Interleaver!;
        if (!interleaver.Arrive(kind, resource))
        {
            await default(InterleavingPoint);
        }

        interleaver.Begin(kind, resource);
        interleaver.Watch(cancellationToken);
        var wait = operation(state, cancellationToken);
        var actor = wait.IsCompleted ? null : interleaver.Park(kind, resource);
        var passed = false;
        try
        {
            var result = await wait.ConfigureAwait(Executor.Current is not null);
            passed = true;
            return result;
        }
        finally
        {
            interleaver.End(kind, resource, actor, passed);
        }
    }

    /// <summary>In a simulation: lets a continuation wait for its turn.</summary>
    public static void Stop(object resource, Action continuation)
    {
        var interleaver = Executor.Current!.Interleaver!;
        _ = interleaver.Arrive(OperationKind.None, resource);
        interleaver.Suspend(continuation);
    }

    /// <summary>In a simulation: waits for the turn; the operation itself is the caller's.</summary>
    public static async ValueTask PointAsync(OperationKind kind, object resource)
    {
        var interleaver = Executor.Current!.Interleaver!;
        if (!interleaver.Arrive(kind, resource))
        {
            await default(InterleavingPoint);
        }

        interleaver.Begin(kind, resource);
    }

    /// <summary>In a simulation: lets reports know for what the caller waits.</summary>
    public static async Task ParkAsync(OperationKind kind, object resource, Task wait)
    {
        var interleaver = Executor.Current!.Interleaver!;
        var actor = interleaver.Park(kind, resource);
        var passed = false;
        try
        {
            await wait.ConfigureAwait(Executor.Current is not null);
            passed = true;
        }
        finally
        {
            interleaver.End(kind, resource, actor, passed);
        }
    }

    /// <inheritdoc cref="ParkAsync(OperationKind, object, Task)"/>
    public static async ValueTask<T> ParkAsync<T>(OperationKind kind, object resource, ValueTask<T> wait)
    {
        var interleaver = Executor.Current!.Interleaver!;
        var actor = interleaver.Park(kind, resource);
        var passed = false;
        try
        {
            var result = await wait.ConfigureAwait(Executor.Current is not null);
            passed = true;
            return result;
        }
        finally
        {
            interleaver.End(kind, resource, actor, passed);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool KeepsContinuations() => Executor.Current?.Interleaver is { KeepsContinuations: true };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsSimulated() => Executor.Current?.Interleaver is not null;
}
