using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>A timer whose callback is a turn of an executor.</summary>
/// <remarks>
/// A tick that finds the callback of the last one still queued is merged with it. No callback starts after disposal.
/// </remarks>
internal abstract class LoopTimer : DueItem, ITimer, IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Queued = 1;

    private readonly TimerCallback _callback;
    private readonly object? _state;
    private readonly ExecutionContext? _context;
    private SpinGate _gate;
    private int _queued;
    private volatile bool _disposed;
    private TaskCompletionSource? _callbackEnded;
    private bool _running;

    protected LoopTimer(TimerCallback callback, object? state)
    {
        _callback = callback;
        _state = state;
        var context = ExecutionContext.Capture();
        _context = ReferenceEquals(context, HomeContext.Known) ? null : context;
    }

    public bool IsDisposed => _disposed;

    /// <summary>Where the callback runs.</summary>
    protected abstract Executor Executor { get; }

    /// <summary>Guards what the concrete timers and disposal share; a value, as there may be very many timers.</summary>
    private protected ref SpinGate Gate => ref _gate;

    public abstract bool Change(TimeSpan dueTime, TimeSpan period);

    /// <summary>Queues the callback unless it is queued.</summary>
    /// <returns>Whether it has to be queued by the caller.</returns>
    public bool TryQueue() => !_disposed && Interlocked.Exchange(ref _queued, Queued) == Idle;

    void IThreadPoolWorkItem.Execute()
    {
        using (_gate.EnterScope())
        {
            Volatile.Write(ref _queued, Idle);
            if (_disposed)
            {
                return;
            }

            _running = true;
        }

        try
        {
            Invoke();
        }
        finally
        {
            TaskCompletionSource? ended;
            using (_gate.EnterScope())
            {
                _running = false;
                ended = _callbackEnded;
            }

            ended?.TrySetResult();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        Stop();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        using (_gate.EnterScope())
        {
            if (!_running || Executor.IsCurrent)
            {
                return default;
            }

            _callbackEnded ??= new TaskCompletionSource(Interleaving.CompletionOptions);
            return new ValueTask(_callbackEnded.Task);
        }
    }

    internal static void Validate(TimeSpan dueTime, TimeSpan period)
    {
        Require(dueTime, nameof(dueTime));
        Require(period, nameof(period));
    }

    /// <summary>Takes the timer out of whatever would fire it.</summary>
    protected abstract void Stop();

    private static void Require(TimeSpan value, string name)
    {
        if (value != Timeout.InfiniteTimeSpan && (value < TimeSpan.Zero || value.TotalMilliseconds > uint.MaxValue - 1))
        {
            throw new ArgumentOutOfRangeException(
                name, value, $"{name} was {value}. Give a time from 0 to {TimeSpan.FromMilliseconds(uint.MaxValue - 1)}, or Timeout.InfiniteTimeSpan.");
        }
    }

    private void Invoke()
    {
        if (_context is null)
        {
            _callback(_state);
            return;
        }

        ExecutionContext.Run(_context, static self => ((LoopTimer)self!)._callback(((LoopTimer)self)._state), this);
    }
}
