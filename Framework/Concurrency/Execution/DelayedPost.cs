namespace Concurrency.Execution;

/// <summary>A callback that an executor is to run later, and the way to call it off.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class DelayedPost : IDelayedWork
{
    private readonly Executor _executor;
    private readonly DelayedStart _start;
    private ExecutorWork _work;
    private volatile DelayedPostState _state;

    internal DelayedPost(Executor executor, DelayedQueue queue, ExecutorWork work, TimeSpan delay)
    {
        _executor = executor;
        _work = work;
        var now = executor.TimeProvider.GetUtcNow();
        When = delay > DateTimeOffset.MaxValue - now ? DateTimeOffset.MaxValue : now + delay;
        _start = new DelayedStart(queue, this);
    }

    /// <summary>When the callback is due, by the executor's clock; a clock that is set later moves neither this nor the callback.</summary>
    public DateTimeOffset When { get; }

    /// <summary>What has become of it.</summary>
    public DelayedPostState State => _state;

    /// <summary>Calls it off.</summary>
    /// <returns>Whether it will not run; false if the executor has taken or refused it already, or if it was called off before.</returns>
    public bool Cancel()
    {
        if (!_start.TryCancel())
        {
            return false;
        }

        End(DelayedPostState.Cancelled);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{State} callback on the {_executor}, due {When:O}";

    internal DelayedPost Start(DelayedQueue queue, TimeSpan delay)
    {
        // In flight from now on, so that a drain which begins meanwhile either sees it or is seen by it.
        _executor.RootStarted();
        if (!queue.TryAdd(_start, delay))
        {
            _executor.RootCompleted();
            throw _executor.Rejected();
        }

        return this;
    }

    void IDelayedWork.Submit()
    {
        // Set first: the callback may run before the next line does.
        _state = DelayedPostState.Queued;
        var admission = _executor.AdmitDelayedAsync(_work, CancellationToken.None);
        if (admission.IsCompletedSuccessfully)
        {
            End(DelayedPostState.Queued);
        }
        else
        {
            _ = ObserveAsync(admission);
        }
    }

    void IDelayedWork.Withdraw() => End(DelayedPostState.Withdrawn);

    private async Task ObserveAsync(ValueTask admission)
    {
        try
        {
            await admission.ConfigureAwait(Executor.Current is not null);
            End(DelayedPostState.Queued);
        }
        catch (Exception)
        {
            // Counted as rejected by the executor, and told to its OnRejected.
            End(DelayedPostState.Rejected);
        }
    }

    private void End(DelayedPostState state)
    {
        _state = state;
        _work = default;
        _executor.RootCompleted();
    }
}
