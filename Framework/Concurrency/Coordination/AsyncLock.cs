using System.Diagnostics;
using Concurrency.Coordination.Synchronous;
using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A mutual exclusion lock that may be held across an <c>await</c>.</summary>
/// <remarks>
/// <para>Waiters get the lock in the order in which they asked. It is not reentrant: who holds it and asks again waits for ever.</para>
/// <para>With a token that is cancelled already, the lock is taken if it is free, and otherwise the wait is cancelled at once.
/// A wait that was granted is not cancelled any more: its caller holds the lock.</para>
/// <para>Disposing a key runs nobody else's code: the next holder continues on its own executor or thread. A key disposed twice releases
/// once. All members are safe to call from any thread.</para>
/// </remarks>
[DebuggerDisplay("Id = {Id}, IsLocked = {IsLocked}")]
public sealed class AsyncLock : IInterleaved
{
    private int _id;

    /// <summary>A number that tells this lock from others in logs and debuggers; never 0.</summary>
    public int Id => Identifier<AsyncLock>.Get(ref _id);

    /// <summary>Whether somebody holds the lock at this moment; for logs and tests, because it may change at once.</summary>
    public bool IsLocked
    {
        get
        {
            Interleaving.Touch(OperationKind.Read, Core);
            return Core.IsHeld;
        }
    }

    object IInterleaved.Resource => Core;

    internal LockCore Core { get; } = new();

    /// <summary>Takes the lock, waiting until it is free.</summary>
    /// <returns>The key; disposing it releases the lock.</returns>
    public AwaitableDisposable<IDisposable> LockAsync() => LockAsync(CancellationToken.None);

    /// <inheritdoc cref="LockAsync()"/>
    /// <param name="cancellationToken">Ends the wait; the lock is not taken then.</param>
    public AwaitableDisposable<IDisposable> LockAsync(CancellationToken cancellationToken) => new(
        Interleaving.Applies ? Core.EnterInTurnAsync(cancellationToken) : Core.EnterAsync(cancellationToken));

    /// <summary>Takes the lock, blocking the calling thread until it is free.</summary>
    /// <returns>The key; disposing it releases the lock.</returns>
    public IDisposable Lock() => Lock(CancellationToken.None);

    /// <inheritdoc cref="Lock()"/>
    /// <param name="cancellationToken">Ends the wait; the lock is not taken then.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IDisposable Lock(CancellationToken cancellationToken)
    {
        Interleaving.Touch(OperationKind.Acquire, Core);
        var key = BlockingWait.For(Core.EnterAsync(cancellationToken));
        Interleaving.Took(OperationKind.Acquire, Core);
        return key;
    }
}
