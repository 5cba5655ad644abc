namespace Concurrency.Execution;

/// <summary>A place in a <see cref="WaiterQueue"/>, and after it was unlinked a place in a <see cref="WaiterChain"/>.</summary>
/// <remarks>
/// A node is in a queue exactly as long as nobody has decided what becomes of it. The decision is therefore the act of
/// unlinking it under the owner's gate: a hand-over, a cancellation and a close can race, and one of them finds it linked.
/// </remarks>
internal abstract class WaiterNode
{
    internal WaiterNode? Next { get; set; }

    internal WaiterNode? Previous { get; set; }

    internal WaiterQueue? Queue { get; set; }

    internal WaiterState State { get; set; }

    /// <summary>Makes the settled outcome visible and resumes the waiting code; called once, without the gate.</summary>
    internal abstract void Publish();
}
