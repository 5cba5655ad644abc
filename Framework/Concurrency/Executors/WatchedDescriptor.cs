using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>The readiness of one descriptor, and the promise of its one waiter; waiting allocates nothing.</summary>
internal sealed class WatchedDescriptor : DescriptorReadiness, IValueTaskSource
{
    private readonly QuietLock _gate = new();
    private readonly SafeHandle _handle;
    private readonly Action<WatchedDescriptor> _unwatch;
    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private Continuation _continuation;
    private bool _ready;
    private bool _pending;
    private bool _disposed;

    public WatchedDescriptor(SafeHandle handle, ulong key, Executor owner, Action<WatchedDescriptor> unwatch)
    {
        // The reference keeps the number from being reused as long as it is watched, even if the owner closes it too early.
        var referenced = false;
        handle.DangerousAddRef(ref referenced);
        _handle = handle;
        _unwatch = unwatch;
        Key = key;
        Owner = owner;
        Descriptor = (int)handle.DangerousGetHandle();
    }

    public ulong Key { get; }

    public Executor Owner { get; }

    public int Descriptor { get; }

    public override ValueTask WaitReadableAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        short version;
        using (_gate.EnterScope())
        {
            if (_disposed)
            {
                throw new ObjectDisposedException(
                    nameof(DescriptorReadiness), $"The watch on descriptor {Descriptor} has ended: it or its executor '{Owner.Name}' was disposed. Make a new one.");
            }

            if (_pending)
            {
                throw new InvalidOperationException(
                    $"A wait on descriptor {Descriptor} is pending already: two readers would take each other's data. Let one reader feed a channel.");
            }

            if (_ready)
            {
                _ready = false;
                return default;
            }

            _core.Reset();
            _pending = true;
            _token = cancellationToken;
            version = _core.Version;
        }

        Register(version, cancellationToken);
        return new ValueTask(this, version);
    }

    /// <summary>The kernel saw a new edge.</summary>
    public void Signal()
    {
        using (_gate.EnterScope())
        {
            if (_disposed)
            {
                return;
            }

            if (!_pending)
            {
                _ready = true;
                return;
            }

            EndWait();
        }

        _core.SetResult(true);
    }

    /// <summary>Gives the handle back; the watch was never established.</summary>
    public void Abandon()
    {
        _disposed = true;
        _handle.DangerousRelease();
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if (Executor.Current is not { } executor)
        {
            _core.RunContinuationsAsynchronously = true;
            _core.OnCompleted(continuation, state, token, flags);
            return;
        }

        // Back to the waiter's executor whatever ConfigureAwait said: the loop that saw the edge must not run foreign code.
        _core.RunContinuationsAsynchronously = false;
        var context = (flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) == 0 ? null : ExecutionContext.Capture();
        _continuation = new Continuation(executor, context is null
            ? new ExecutorWork(continuation, state)
            : new ExecutorWork(new ContextWork(continuation, state, context)));
        _core.OnCompleted(static self => ((WatchedDescriptor)self!).Resume(), this, token, ValueTaskSourceOnCompletedFlags.None);
    }

    protected override void Dispose(bool disposing)
    {
        bool wasPending;
        using (_gate.EnterScope())
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            wasPending = _pending;
            EndWait();
        }

        _unwatch(this);
        _handle.DangerousRelease();
        if (wasPending)
        {
            _core.SetException(new ObjectDisposedException(
                nameof(DescriptorReadiness), $"The watch on descriptor {Descriptor} ended during the wait: it or its executor '{Owner.Name}' was disposed."));
        }
    }

    private void Register(short version, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
        {
            return;
        }

        var registration = cancellationToken.UnsafeRegister(static (self, token) => ((WatchedDescriptor)self!).Cancel(token), this);
        using (_gate.EnterScope())
        {
            if (_pending && _core.Version == version)
            {
                _registration = registration;
                return;
            }
        }

        registration.Unregister();
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        using (_gate.EnterScope())
        {
            // A late call of an earlier wait's token must not end this one.
            if (!_pending || _token != cancellationToken)
            {
                return;
            }

            EndWait();
        }

        _core.SetException(new OperationCanceledException(cancellationToken));
    }

    private void EndWait()
    {
        _pending = false;
        _registration.Unregister();
        _registration = default;
        _token = default;
    }

    private void Resume()
    {
        var continuation = _continuation;
        _continuation = default;
        continuation.Executor.Resume(continuation.Work);
    }

    private readonly record struct Continuation(Executor Executor, ExecutorWork Work);
}
