using System.Runtime.ExceptionServices;
using Concurrency.Executors;

namespace Concurrency.Bridging;

/// <summary>Synchronous code that stops in the middle, gives a value away, and goes on with the value that it gets.</summary>
/// <remarks>
/// <para>It has a thread of its own, one of those of <see cref="SyncBridge"/>, but never runs beside its caller: <see cref="Switch"/> returns when
/// the body calls <see cref="Yield"/> or ends. It has the caller's executor and turn, and the ExecutionContext of its maker.</para>
/// <para>It belongs to the thread that made it, or to the executor if that runs one turn at a time. A body may switch to other coroutines;
/// control comes back to it, so transfers nest.</para>
/// <para>One that is left in the middle keeps its thread: dispose it, then its finally blocks run.</para>
/// </remarks>
/// <typeparam name="TIn">What <see cref="Switch"/> passes in.</typeparam>
/// <typeparam name="TOut">What <see cref="Yield"/> passes out, and the body returns.</typeparam>
public sealed class Coroutine<TIn, TOut> : Coroutine, IDisposable, IAsyncDisposable
{
    private readonly Func<Coroutine<TIn, TOut>, TIn, TOut> _body;
    private readonly CoroutineJob _job;
    private TIn _input = default!;
    private TOut _output = default!;
    private Exception? _thrown;
    private ExceptionDispatchInfo? _failure;
    private bool _isEnding;

    /// <summary>Makes a coroutine; nothing runs yet.</summary>
    /// <param name="body">Gets the coroutine and the value of the first <see cref="Switch"/>.</param>
    /// <param name="name">For messages and traces; by default the method's name.</param>
    public Coroutine(Func<Coroutine<TIn, TOut>, TIn, TOut> body, string? name = null)
        : this(SyncBridge.Threads, body, name)
    {
    }

    internal Coroutine(BridgeThreads threads, Func<Coroutine<TIn, TOut>, TIn, TOut> body, string? name)
        : base(name ?? WorkDescription.MethodOf(body ?? throw new ArgumentNullException(nameof(body))))
    {
        ArgumentNullException.ThrowIfNull(body);
        _body = body;
        _job = new CoroutineJob(threads, this, body, RunBody);
    }

    /// <inheritdoc/>
    public override bool IsStarted { get; private protected set; }

    /// <inheritdoc/>
    public override bool IsAlive => _job.State != CoroutineState.Ended;

    /// <summary>Gives control to the coroutine, and returns with what it yields or returns next.</summary>
    /// <returns>The value; the default one if it ended by a <see cref="CoroutineExitException"/>.</returns>
    /// <exception cref="InvalidOperationException">It has ended, has control already, belongs to other code, or there is no thread for it.</exception>
    public TOut Switch(TIn value)
    {
        _job.CheckStrand();
        _job.Claim();
        _input = value;
        return Transfer();
    }

    /// <summary>Gives control to the coroutine by an exception out of its <see cref="Yield"/>, and returns with what it yields or returns next.</summary>
    /// <remarks>One that has not begun ends without running; the exception of one that has ended, or ends so, reaches the caller, except a <see cref="CoroutineExitException"/>.</remarks>
    /// <inheritdoc cref="Switch"/>
    public TOut Throw(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        _job.CheckStrand();
        if (!IsAlive || _job.TryEndUnstarted())
        {
            return exception is CoroutineExitException ? default! : throw exception;
        }

        _job.Claim();
        _thrown = exception;
        return Transfer();
    }

    /// <summary>Called by the body: gives control back to who switched here, and returns with the value of the next <see cref="Switch"/>.</summary>
    /// <exception cref="InvalidOperationException">The caller is not the body.</exception>
    /// <exception cref="CoroutineExitException">The coroutine is being disposed.</exception>
    public TIn Yield(TOut value)
    {
        if (_isEnding && ReferenceEquals(Current, this))
        {
            throw new CoroutineExitException($"The {this} is being disposed and cannot yield any more.");
        }

        _output = value;
        _job.Suspend();
        if (_thrown is { } thrown)
        {
            _thrown = null;
            throw thrown;
        }

        return _input;
    }

    /// <summary>Ends the coroutine: a <see cref="CoroutineExitException"/> leaves its <see cref="Yield"/>, and its finally blocks have run on return.</summary>
    /// <remarks>May be called from any thread. What the body throws instead reaches the caller.</remarks>
    /// <exception cref="InvalidOperationException">The coroutine has control.</exception>
    public void Dispose()
    {
        if (!IsAlive || _job.TryEndUnstarted())
        {
            return;
        }

        _job.Claim();
        _isEnding = true;
        _thrown = new CoroutineExitException();
        Transfer();
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private TOut Transfer()
    {
        _job.Transfer(isThrow: _thrown is not null);
        var (output, failure) = (_output, _failure);
        (_output, _failure) = (default!, null);
        _job.Release();
        failure?.Throw();
        return output;
    }

    private void RunBody()
    {
        IsStarted = true;
        try
        {
            _output = _body(this, _input);
        }
        catch (CoroutineExitException)
        {
            _output = default!;
        }
        catch (Exception error)
        {
            _failure = ExceptionDispatchInfo.Capture(error);
        }
    }
}
