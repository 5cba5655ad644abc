using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Concurrency.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Bridging;

/// <summary>Runs unchanged synchronous code over asynchronous code, without blocking the executor.</summary>
/// <remarks>
/// <para>The code runs on a thread of its own and holds the turn of the executor that was current at the start: of the two threads
/// one runs at a time, and the code sees the executor's <see cref="Executor.Current"/> and context. <c>Await</c> gives the turn back, sleeps, and
/// goes on in a new turn. Started where no executor is current, the code runs beside everything else.</para>
/// <para>A cancellation of the token, or of the executor's <see cref="Executor.Stopping"/>, is said once: by an
/// <see cref="OperationCanceledException"/> out of the <c>Await</c> that waits, or is the next to wait. The code may clean up, with further
/// awaits, and may go on.</para>
/// <para>All members are safe to call from any thread.</para>
/// </remarks>
[SuppressMessage("Design", "CA1068", Justification = "RunAsync(work, token) is the usual call, requireAwait the rare addition.")]
public static class SyncBridge
{
    private static readonly QuietLock s_gate = new();
    private static BridgeThreads? s_threads;

    /// <summary>Whether the calling code was started with <c>RunAsync</c>, so that <c>Await</c> works.</summary>
    public static bool IsActive => Bridge.Current is not null;

    /// <summary>What the threads of the bridges do; a new snapshot on each call.</summary>
    public static SyncBridgeStatistics Statistics => Volatile.Read(ref s_threads)?.Statistics ?? default;

    /// <summary>The threads of all bridges of the process.</summary>
    internal static BridgeThreads Threads => Volatile.Read(ref s_threads) ?? Make(new SyncBridgeOptions(), isFirstUse: true);

    /// <summary>Sets how the threads are made; once, before the first bridge.</summary>
    /// <exception cref="InvalidOperationException">A bridge was started or options were set before.</exception>
    public static void Configure(SyncBridgeOptions options)
    {
        SyncBridgeOptions.Checked(options);
        Make(options, isFirstUse: false);
    }

    /// <summary>Runs synchronous code and completes when it has returned.</summary>
    /// <param name="work">Runs at once up to its first <c>Await</c>, like an async method, unless all threads are taken: then it waits for one.</param>
    /// <param name="cancellationToken">Before the start: the code does not run. Afterwards: see the remarks of the class.</param>
    /// <param name="requireAwait">Whether it is an error if the code ends without any <c>Await</c>.</param>
    /// <exception cref="NoAwaitOccurredException"><paramref name="requireAwait"/> is set and nothing was awaited (through the task).</exception>
    public static Task RunAsync(Action work, CancellationToken cancellationToken = default, bool requireAwait = false) =>
        RunAsync(Threads, work, cancellationToken, requireAwait);

    /// <summary>Runs synchronous code and completes with its result.</summary>
    /// <exception cref="ArgumentException">The code returns a task: it is asynchronous, and needs no bridge.</exception>
    /// <inheritdoc cref="RunAsync(Action, CancellationToken, bool)"/>
    public static Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken = default, bool requireAwait = false) =>
        RunAsync(Threads, work, cancellationToken, requireAwait);

    /// <summary>Called by bridged code: waits until a task has ended, while the executor does other work.</summary>
    /// <param name="task">What is waited for. A cancellation ends the wait, not the task; its failure is logged then.</param>
    /// <exception cref="NoBridgeContextException">The caller is no code that <c>RunAsync</c> has started.</exception>
    /// <exception cref="OperationCanceledException">The bridge or the task was cancelled.</exception>
    public static void Await(Task task)
    {
        CurrentBridge.Await(task);
        ResultOf(task);
    }

    /// <summary>Called by bridged code: waits for the result of a task, while the executor does other work.</summary>
    /// <inheritdoc cref="Await(Task)"/>
    public static T Await<T>(Task<T> task)
    {
        CurrentBridge.Await(task);
        return ResultOf(task);
    }

    /// <inheritdoc cref="Await(Task)"/>
    public static void Await(ValueTask task)
    {
        var bridge = CurrentBridge;
        if (task.IsCompletedSuccessfully)
        {
            task.GetAwaiter().GetResult();
            bridge.NoteAwait();
            return;
        }

        Await(task.AsTask());
    }

    /// <inheritdoc cref="Await{T}(Task{T})"/>
    public static T Await<T>(ValueTask<T> task)
    {
        var bridge = CurrentBridge;
        if (task.IsCompletedSuccessfully)
        {
            bridge.NoteAwait();
            return task.Result;
        }

        return Await(task.AsTask());
    }

    /// <summary>Called by bridged code: starts asynchronous work in the bridge's turn and waits until it has ended.</summary>
    /// <param name="work">Is not called if the bridge was cancelled before.</param>
    /// <inheritdoc cref="Await(Task)"/>
    public static void Await(Func<Task> work) => ResultOf(CurrentBridge.Await(work));

    /// <summary>Called by bridged code: starts asynchronous work in the bridge's turn and waits for its result.</summary>
    /// <inheritdoc cref="Await(Func{Task})"/>
    public static T Await<T>(Func<Task<T>> work) => ResultOf(CurrentBridge.Await(work));

    /// <summary>Called by bridged code: starts asynchronous work, passes a cancellation of the bridge on to it, and waits until it has ended.</summary>
    /// <param name="work">Gets a token that is cancelled instead of the wait: what the work makes of it is what <c>Await</c> returns or throws.</param>
    /// <inheritdoc cref="Await(Task)"/>
    public static void Await(Func<CancellationToken, Task> work) => ResultOf(CurrentBridge.Await(work));

    /// <summary>Called by bridged code: starts asynchronous work, passes a cancellation of the bridge on to it, and waits for its result.</summary>
    /// <inheritdoc cref="Await(Func{CancellationToken, Task})"/>
    public static T Await<T>(Func<CancellationToken, Task<T>> work) => ResultOf(CurrentBridge.Await(work));

    internal static Task RunAsync(BridgeThreads threads, Action work, CancellationToken cancellationToken = default, bool requireAwait = false)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Start(new Bridge<bool>(
            threads,
            () =>
            {
                work();
                return true;
            },
            work,
            requireAwait,
            cancellationToken));
    }

    internal static Task<T> RunAsync<T>(
        BridgeThreads threads, Func<T> work, CancellationToken cancellationToken = default, bool requireAwait = false)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (typeof(Task).IsAssignableFrom(typeof(T)) || typeof(T) == typeof(ValueTask)
            || (typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(ValueTask<>)))
        {
            throw new ArgumentException(
                $"SyncBridge.RunAsync runs synchronous code, and was given a method that returns {typeof(T).Name}. Await it directly.", nameof(work));
        }

        return Start(new Bridge<T>(threads, work, work, requireAwait, cancellationToken));
    }

    private static Bridge CurrentBridge => Bridge.Current ?? throw new NoBridgeContextException();

    private static Task<T> Start<T>(Bridge<T> bridge)
    {
        bridge.Start();
        return bridge.Task;
    }

    private static BridgeThreads Make(SyncBridgeOptions options, bool isFirstUse)
    {
        using (s_gate.EnterScope())
        {
            if (s_threads is not null && !isFirstUse)
            {
                throw new InvalidOperationException(
                    "SyncBridge.Configure was called after the first bridge was started or options were set. Call it once, when the program starts.");
            }

            if (s_threads is null)
            {
                Volatile.Write(ref s_threads, new BridgeThreads(options));
                LiveObjects.Add(s_threads);
            }

            return s_threads;
        }
    }

#pragma warning disable VSTHRD002 // the task has ended
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ResultOf(Task ended) => ended.GetAwaiter().GetResult();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ResultOf<T>(Task<T> ended) => ended.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
}
