using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Concurrency.Execution;

/// <summary>Something that can be waited for: it has waiter queues and the gate that guards them.</summary>
/// <remarks>
/// <para>The gate is a <see cref="SpinGate"/>: leaving it costs a plain store, and waiting for it is no blocking wait.</para>
/// <para>What may run inside: a handful of field accesses. No user code, no await, nothing that blocks. It is not reentrant.</para>
/// </remarks>
internal abstract class WaiterOwner
{
    private SpinGate _gate;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Enter()
    {
        _gate.Enter();
        AssertInvariants();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Exit()
    {
        AssertInvariants();
        _gate.Exit();
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
}
