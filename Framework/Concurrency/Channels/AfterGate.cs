using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>What an operation found out under the gate and must do after it was left.</summary>
internal struct AfterGate
{
    /// <summary>Waiters whose outcome is settled.</summary>
    public WaiterChain Settled;

    /// <summary>The channel is closed and its last item has left: its <c>Completion</c> is due.</summary>
    public bool Completed;

    /// <summary>Waiting writers of a conflating channel may now be admitted.</summary>
    public bool Admit;

    public readonly bool IsNothing => Settled.IsEmpty && !Completed && !Admit;
}
