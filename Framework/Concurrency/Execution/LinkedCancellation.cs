using System.Diagnostics.CodeAnalysis;

namespace Concurrency.Execution;

/// <summary>A token for user code that is cancelled when either of two tokens is.</summary>
/// <remarks>
/// The linked source of the BCL waits in its disposal until the user's callbacks have run if another thread is just
/// cancelling it; here nobody waits, because the one who would is a turn of an executor, and a callback that waits for that
/// executor would stop both for ever.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification =
    "The token source has neither a timer nor a link, so there is nothing to release, and a late Cancel must find it alive.")]
internal sealed class LinkedCancellation
{
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _first;
    private readonly CancellationTokenRegistration _second;

    public LinkedCancellation(CancellationToken first, CancellationToken second)
    {
        _first = first.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        _second = second.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Lets go of both tokens; a cancellation that has begun goes on.</summary>
    public void Unlink()
    {
        _first.Unregister();
        _second.Unregister();
    }
}
