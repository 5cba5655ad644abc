namespace Concurrency.Execution;

/// <summary>Something that happens at a time; what a <see cref="DueHeap"/> keeps in order.</summary>
internal abstract class DueItem
{
    /// <summary>When it is due, in the timestamp of the heap's clock.</summary>
    public long Due { get; set; }

    /// <summary>Decides among equal due times.</summary>
    public long Order { get; set; }

    /// <summary>The place in the heap, or -1.</summary>
    public int HeapIndex { get; set; } = -1;
}
