using System.Runtime.InteropServices;
using Concurrency.Execution;

namespace Concurrency.TestSupport;

/// <summary>Runs all work in the caller, on a clock that the test moves: a turn is over when the call returns.</summary>
public sealed class ClockedExecutor : Executor
{
    private readonly Queue<ExecutorWork> _queue = [];
    private bool _runs;

    public ClockedExecutor(ManualClock clock)
        : base("clocked")
    {
        TimeProvider = clock;
        SynchronizationContext = new ExecutorSynchronizationContext(this);
    }

    public override ExecutorKind Kind => ExecutorKind.Inline;

    public override TimeProvider TimeProvider { get; }

    public override ExecutorStatistics Statistics => default;

    public override SynchronizationContext SynchronizationContext { get; }

    public override CancellationToken Stopping => CancellationToken.None;

    public override DescriptorReadiness WatchDescriptor(SafeHandle descriptor) =>
        throw new PlatformNotSupportedException("The clocked executor has no descriptors.");

    public override Task<bool> DrainAsync(TimeSpan timeout) => Task.FromResult(true);

    public override ValueTask DisposeAsync() => default;

    protected override bool TryEnqueue(ExecutorWork work, WorkKind kind)
    {
        lock (_queue)
        {
            _queue.Enqueue(work);
            if (_runs)
            {
                return true;
            }

            _runs = true;
        }

        Pump();
        return true;
    }

    protected override void OnRootStarted()
    {
    }

    protected override void OnRootCompleted()
    {
    }

    protected override string DescribeRejection() => "The clocked executor refuses nothing.";

    private void Pump()
    {
        using var turn = EnterTurn();
        while (true)
        {
            ExecutorWork work;
            lock (_queue)
            {
                if (!_queue.TryDequeue(out work))
                {
                    _runs = false;
                    return;
                }
            }

            work.Execute();
        }
    }
}
