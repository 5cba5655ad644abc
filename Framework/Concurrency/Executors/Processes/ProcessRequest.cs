using Concurrency.Time;

namespace Concurrency.Executors.Processes;

/// <summary>One call from its admission to its end; guarded by the gate of its <see cref="WorkerCrew"/>.</summary>
internal sealed class ProcessRequest(long id, ProcessWork work, FrameWriter frame, Deadline deadline, long calledAt)
{
    private readonly TaskCompletionSource<RequestOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Id => id;

    public string WorkName => work.Name;

    /// <summary>When the call was made, on the executor's clock.</summary>
    public long CalledAt => calledAt;

    public Task<RequestOutcome> Ended => _ended.Task;

    /// <summary>Its place in the queue; null when it left it.</summary>
    public LinkedListNode<ProcessRequest>? Node { get; set; }

    /// <summary>The worker that has it; null before.</summary>
    public WorkerProcess? Worker { get; set; }

    /// <summary>Whether its work was told to stop.</summary>
    public bool IsStopping { get; set; }

    /// <summary>Ends the patience with work that was told to stop.</summary>
    public ITimer? Grace { get; set; }

    /// <summary>The frame as it is sent now.</summary>
    public ReadOnlyMemory<byte> ToFrame()
    {
        if (!deadline.IsInfinite)
        {
            RequestFrame.SetTimeLeft(frame, deadline.Remaining);
        }

        return frame.ToFrame();
    }

    public void End(RequestOutcome outcome) => _ended.TrySetResult(outcome);
}
