using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Concurrency.Execution;

/// <summary>Something that can be waited for: it has waiter queues and the gate that guards them.</summary>
/// <remarks>
/// <para>The gate is a spin lock that yields, not a monitor, for two reasons. A contended monitor reports a blocking wait to the
/// SynchronizationContext, so a cooperative executor that reports (or throws on) blocking would blame its component for our few
/// nanoseconds; and leaving costs a plain store instead of a second interlocked operation.</para>
/// <para>What may run inside: a handful of field accesses. No user code, no await, nothing that blocks. It is not reentrant.</para>
/// </remarks>
internal abstract class WaiterOwner
{
    private const int Free = 0;
    private const int Held = 1;

    private int _gate;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Enter()
    {
        if (Interlocked.CompareExchange(ref _gate, Held, Free) != Free)
        {
            EnterContended();
        }

        AssertInvariants();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Exit()
    {
        AssertInvariants();
        Volatile.Write(ref _gate, Free);
    }

    /// <summary>Takes a waiter out of its queue if nobody has decided its outcome yet.</summary>
    /// <returns>Whether the caller now owns the outcome.</returns>
    internal bool TryWithdraw(WaiterNode node)
    {
        Enter();
        try
        {
            if (node.Queue is not { } queue)
            {
                return false;
            }

            queue.Remove(node);
            return true;
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>Called without the gate after a waiter was cancelled, when the next in its queue may now be served.</summary>
    internal virtual void AfterWithdrawal()
    {
    }

    /// <summary>Checks what must hold whenever the gate is taken or left.</summary>
    [Conditional("DEBUG")]
    protected abstract void AssertInvariants();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterContended()
    {
        var spinner = default(SpinWait);
        do
        {
            spinner.SpinOnce();
        }
        while (Volatile.Read(ref _gate) != Free || Interlocked.CompareExchange(ref _gate, Held, Free) != Free);
    }
}
