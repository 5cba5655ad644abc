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

    /// <summary>For strategies that rank turns.</summary>
    public long Priority;
}
