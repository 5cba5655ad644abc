using Concurrency.Execution;

namespace Concurrency.Bridging;

/// <summary>Blocks the calling thread until the work has ended: for threads that belong to the caller, as in a program without executors.</summary>
/// <remarks>
/// The work is started without the thread's <see cref="SynchronizationContext"/>, which nobody serves while the thread is blocked. On an executor
/// whose turns must not block it refuses: use a bridge there.
/// </remarks>
public sealed class ThreadBlockingContext : IBlockingContext
{
    private readonly CancellationToken _cancellationToken;

    /// <summary>Makes a context.</summary>
    /// <param name="cancellationToken">Passed on to the work.</param>
    public ThreadBlockingContext(CancellationToken cancellationToken = default)
    {
        _cancellationToken = cancellationToken;
    }

    /// <summary>Starts asynchronous work and blocks until it has ended.</summary>
    /// <exception cref="InvalidOperationException">The caller runs in a turn of a cooperative executor.</exception>
    public void Wait(Func<CancellationToken, Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        using (new Outside())
        {
#pragma warning disable VSTHRD002 // blocking is what this class is for
            NotNull(work(_cancellationToken)).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        }
    }

    /// <summary>Starts asynchronous work and blocks until its result is there.</summary>
    /// <inheritdoc cref="Wait(Func{CancellationToken, Task})"/>
    public T Wait<T>(Func<CancellationToken, Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        using (new Outside())
        {
#pragma warning disable VSTHRD002 // blocking is what this class is for
            return NotNull(work(_cancellationToken)).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        }
    }

    private static TTask NotNull<TTask>(TTask? task)
        where TTask : Task => task ?? throw new InvalidOperationException(
            "The delegate given to Wait returned null instead of a task. Make it async or return Task.CompletedTask.");

    /// <summary>The time in which the thread has no turn: what the work awaits must not want to come back to it.</summary>
    private readonly ref struct Outside : IDisposable
    {
        private readonly LentTurn _turn;

        public Outside()
        {
            if (Executor.Current is { Kind: ExecutorKind.Cooperative } executor)
            {
                throw new InvalidOperationException(
                    $"ThreadBlockingContext would block the {executor}. Use BridgeBlockingContext in SyncBridge.RunAsync, or a thread of your own.");
            }

            _turn = Executor.LendTurn();
            Executor.SetCurrent(null, null);
        }

        public void Dispose() => _turn.CarryOn();
    }
}
