using System.Runtime.InteropServices;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Runs several programs one after the other on one event loop of the calling thread, with one context.</summary>
/// <remarks>
/// <para>What a program leaves behind goes on in the next run. Disposal cancels what is left then, lets it clean up for up to
/// <see cref="ExecutorOptions.ShutdownTimeout"/>, and reports what failed and was never awaited: see
/// <see cref="ExecutorOptions.OnUnseenFailure"/>.</para>
/// <para><see cref="AsyncLocal{T}"/> values that a program sets are there in the next run, if it ends in a turn of the loop. .NET takes back
/// what an <c>async</c> method sets that never had to wait.</para>
/// <para>The first SIGINT of a run cancels the program, the second ends the process at once.</para>
/// <para>One run at a time; the loop stands still between two runs.</para>
/// </remarks>
public sealed class Runner : IDisposable
{
    private const int Idle = 0;
    private const int Running = 1;
    private const int Disposed = 2;

    private readonly CooperativeExecutor _executor;
    private readonly bool _handleInterrupt;
    private ExecutionContext _context;
    private CancellationTokenSource? _interrupt;
    private int _state;

    /// <summary>Makes a runner; its context is the one of the caller.</summary>
    /// <param name="options">Options of the loop; null means the defaults.</param>
    /// <param name="handleInterrupt">Whether SIGINT (Ctrl+C) cancels the program. False where a host handles signals.</param>
    public Runner(CooperativeExecutorOptions? options = null, bool handleInterrupt = true)
    {
        _executor = CooperativeExecutor.ForCaller(options);
        _handleInterrupt = handleInterrupt;
        _context = ExecutionContext.Capture() ?? HomeContext.Get();
    }

    /// <summary>The loop; what other threads post to it between two runs is run by the next one.</summary>
    public Executor Executor => _executor;

    /// <summary>Whether the last run was told to end by SIGINT.</summary>
    public bool WasInterrupted { get; private set; }

    /// <summary>Runs a program on the calling thread and returns when it has ended.</summary>
    /// <param name="main">Receives a token that is cancelled by <paramref name="cancellationToken"/> and by SIGINT.</param>
    /// <param name="cancellationToken">Passed on to <paramref name="main"/>.</param>
    /// <exception cref="InvalidOperationException">The calling thread runs a turn of an executor, or the runner runs another program.</exception>
    /// <exception cref="ObjectDisposedException">The runner was disposed.</exception>
    public void Run(Func<CancellationToken, Task> main, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(main);
        _ = RunCore(
            token => WithoutResult.OfAsync(KeepContextOf(Given.Task(main(token), "Runner.Run"))),
            cancellationToken);
    }

    /// <summary>Runs a program on the calling thread and returns its result.</summary>
    /// <inheritdoc cref="Run(Func{CancellationToken, Task}, CancellationToken)"/>
    public T Run<T>(Func<CancellationToken, Task<T>> main, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(main);
        return RunCore(
            token => KeepContextOf(Given.Task(main(token), "Runner.Run")),
            cancellationToken);
    }

    /// <summary>Cancels what the programs have left behind, waits for it on the calling thread, and ends the loop; a second call does nothing.</summary>
    /// <exception cref="InvalidOperationException">A program is running, or the calling thread runs a turn of an executor.</exception>
    public void Dispose()
    {
        if (Volatile.Read(ref _state) == Disposed)
        {
            return;
        }

        Begin(Disposed, "disposed");
        _executor.EndOnCaller();
    }

    /// <summary>A SIGINT has come.</summary>
    /// <returns>Whether it was the first of this run: then the process goes on.</returns>
    internal bool Interrupt()
    {
        if (Interlocked.Exchange(ref _interrupt, null) is not { } source)
        {
            return false;
        }

        WasInterrupted = true;

        // On the loop: the callbacks of the token belong to the program, not to the thread that got the signal.
        _executor.Resume(new ExecutorWork((Action<object?>)(static source => ((CancellationTokenSource)source!).Cancel()), source));
        return true;
    }

    private T RunCore<T>(Func<CancellationToken, Task<T>> main, CancellationToken cancellationToken)
    {
        Begin(Running, "run");
#pragma warning disable CA2000 // a token source without a timer owns nothing, and a late signal must find it alive
        var interrupt = new CancellationTokenSource();
#pragma warning restore CA2000
        WasInterrupted = false;
        Volatile.Write(ref _interrupt, interrupt);
        try
        {
            using var signal = _handleInterrupt
                ? PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = Interrupt())
                : null;
            var linked = new LinkedCancellation(cancellationToken, interrupt.Token);
            try
            {
                return _executor.RunOnCaller(_context, main, linked.Token);
            }
            finally
            {
                linked.Unlink();
            }
        }
        finally
        {
            Volatile.Write(ref _interrupt, null);
            Volatile.Write(ref _state, Idle);
        }
    }

    private void Begin(int state, string what)
    {
        if (Executor.Current is { } current)
        {
            throw new InvalidOperationException(
                $"The runner '{_executor.Name}' cannot be {what} from a turn of the {current}, which it would block. Await the work instead.");
        }

        var before = Interlocked.CompareExchange(ref _state, state, Idle);
        if (before == Disposed)
        {
            throw new ObjectDisposedException(
                nameof(Runner), $"The runner '{_executor.Name}' was disposed and cannot be {what}. Make a new one, or dispose it after its last program.");
        }

        if (before == Running)
        {
            throw new InvalidOperationException(
                $"The runner '{_executor.Name}' runs a program on another thread and cannot be {what} meanwhile. Post to its Executor, or wait.");
        }
    }

    /// <summary>Remembers the AsyncLocal values with which the program ends.</summary>
    private TTask KeepContextOf<TTask>(TTask program)
        where TTask : Task
    {
        if (program.IsCompleted)
        {
            _context = ExecutionContext.Capture() ?? _context;
            return program;
        }

        // Without a context of its own the continuation runs in the one in which the program completes its task.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _ = program.ContinueWith(
            static (_, self) => ((Runner)self!).KeepContext(),
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return program;
    }

    private void KeepContext()
    {
        if (_executor.IsCurrent)
        {
            _context = ExecutionContext.Capture() ?? _context;
        }
    }
}
