namespace Concurrency.Execution;

/// <summary>Something that happens at a time; what a <see cref="DueQueue"/> keeps in order.</summary>
internal abstract class DueItem
{
    /// <summary>The <see cref="Line"/> of an item that is in no queue.</summary>
    public const sbyte Nowhere = -1;

    /// <summary>The <see cref="Line"/> of an item in the heap.</summary>
    public const sbyte InHeap = -2;

    /// <summary>When it is due, in the timestamp of the queue's clock.</summary>
    public long Due { get; set; }

    /// <summary>Decides among equal due times.</summary>
    public long Order { get; set; }

    /// <summary>The place in the heap.</summary>
    public int Slot { get; set; }

    /// <summary>The line of the queue that it is in, or one of the constants.</summary>
    public sbyte Line { get; set; } = Nowhere;

    /// <summary>The one before it in its line.</summary>
    public DueItem? Earlier { get; set; }

    /// <summary>The one behind it in its line.</summary>
    public DueItem? Later { get; set; }

    /// <summary>Whether it is in a queue.</summary>
    public bool IsQueued => Line != Nowhere;

    /// <summary>Whether it comes before another one.</summary>
    public bool IsBefore(DueItem other) => Due != other.Due ? Due < other.Due : Order < other.Order;
}
