using Concurrency.Execution;

namespace Concurrency.Testing.Schedules;

/// <summary>A turn that can go next.</summary>
internal sealed class ReadyItem
{
    public Actor Actor = null!;
    public ExecutorWork Work;
    public OperationKind Operation;
    public object? Resource;

    /// <summary>Whether it goes on in the middle of a turn that was stopped at an operation.</summary>
    public bool IsMidTurn;

    /// <summary>The order of becoming ready.</summary>
    public long Sequence;

    /// <summary>The place among the ready turns; 0 while it is not one of them.</summary>
    public long Order;

    /// <summary>The step at which it became ready.</summary>
    public long Since;

    /// <summary>For strategies that rank turns.</summary>
    public long Priority;
}
