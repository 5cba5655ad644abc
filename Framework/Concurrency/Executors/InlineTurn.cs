using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>The time during which one thread runs turns of one inline executor; turns of another may be nested in it.</summary>
internal sealed class InlineTurn(Executor executor, InlineTurn? outer)
{
    /// <summary>What was posted from within the turn and runs after it.</summary>
    public Queue<ExecutorWork> Pending { get; } = new();

    /// <summary>The turn of <paramref name="wanted"/> that the thread is in, at whatever depth.</summary>
    public InlineTurn? Find(Executor wanted)
    {
        for (var turn = this; turn is not null; turn = turn.Outer)
        {
            if (ReferenceEquals(turn.Executor, wanted))
            {
                return turn;
            }
        }

        return null;
    }

    private Executor Executor { get; } = executor;

    private InlineTurn? Outer { get; } = outer;
}
