namespace Concurrency.Execution;

/// <summary>One callback with its state, ready to be run once by an <see cref="Executor"/>.</summary>
/// <remarks>
/// A value of two references, so that queues of it allocate nothing. The callback is an <see cref="Action"/>,
/// an <see cref="Action{T}"/> of <see cref="object"/>, a <see cref="SendOrPostCallback"/> or an
/// <see cref="IThreadPoolWorkItem"/>: the four shapes in which .NET hands over a continuation.
/// </remarks>
public readonly struct ExecutorWork
{
    private readonly object? _callback;
    private readonly object? _state;

    /// <summary>Wraps a callback and its state.</summary>
    public ExecutorWork(Action<object?> callback, object? state)
    {
        _callback = callback;
        _state = state;
    }

    /// <summary>Wraps a callback and its state as a <see cref="SynchronizationContext"/> receives them.</summary>
    public ExecutorWork(SendOrPostCallback callback, object? state)
    {
        _callback = callback;
        _state = state;
    }

    /// <summary>Wraps a callback without state.</summary>
    public ExecutorWork(Action callback)
    {
        _callback = callback;
    }

    /// <summary>Wraps a work item, whose <see cref="IThreadPoolWorkItem.Execute"/> is called.</summary>
    public ExecutorWork(IThreadPoolWorkItem item)
    {
        _callback = item;
    }

    /// <summary>Whether this is the default value, which carries no work.</summary>
    public bool IsEmpty => _callback is null;

    internal object? Callback => _callback;

    internal object? State => _state;

    /// <summary>Runs the callback on the current thread; what it throws reaches the caller.</summary>
    /// <exception cref="InvalidOperationException">The value is empty.</exception>
    public void Execute()
    {
        switch (_callback)
        {
            case SendOrPostCallback callback:
                callback(_state);
                break;
            case Action action:
                action();
                break;
            case Action<object?> action:
                action(_state);
                break;
            case IThreadPoolWorkItem item:
                item.Execute();
                break;
            default:
                throw new InvalidOperationException("An empty ExecutorWork was executed. Check IsEmpty before.");
        }
    }

    /// <summary>Ends work that will never be run, so that nobody waits for it for ever.</summary>
    /// <returns>True if it was the start of a task, which is now cancelled; false if nothing awaits it or it cannot be told that it ended.</returns>
    public bool Discard()
    {
        if (_callback is not IRootTask root)
        {
            return false;
        }

        root.Discard();
        return true;
    }
}
