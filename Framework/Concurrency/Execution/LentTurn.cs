namespace Concurrency.Execution;

/// <summary>A turn that another thread carries on while the thread to which it belongs waits.</summary>
/// <remarks>
/// Hand-over is exclusive: of the two threads one runs, the other waits for it. So whatever relies on "only the current turn touches
/// this" holds for the borrowing thread as it does for the executor's own.
/// </remarks>
internal readonly struct LentTurn
{
    private readonly SynchronizationContext? _context;
    private readonly object? _detail;

    public LentTurn(Executor? executor, SynchronizationContext? context)
    {
        Executor = executor;
        _context = context;
        _detail = executor?.TurnDetail;
    }

    /// <summary>The executor whose turn it is; null if the lending thread ran none.</summary>
    public Executor? Executor { get; }

    /// <summary>Makes it the turn of the calling thread, until <see cref="Leave"/> or the next call.</summary>
    public void CarryOn()
    {
        Executor.SetCurrent(Executor, _context);
        if (Executor is not null)
        {
            Executor.TurnDetail = _detail;
        }
    }

    /// <summary>The calling thread runs no turn any more.</summary>
    public void Leave()
    {
        if (Executor is not null)
        {
            Executor.TurnDetail = null;
        }

        Executor.SetCurrent(null, null);
    }
}
