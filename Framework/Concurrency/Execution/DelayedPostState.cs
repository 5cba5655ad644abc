namespace Concurrency.Execution;

/// <summary>What has become of a callback that was posted with a delay.</summary>
public enum DelayedPostState
{
    /// <summary>It waits for its time.</summary>
    Pending,

    /// <summary>Its time came: it is queued, or waits for a place in a full queue, or has run.</summary>
    Queued,

    /// <summary>It was cancelled before its time.</summary>
    Cancelled,

    /// <summary>Its time came and the executor refused it: its queue was full.</summary>
    Rejected,

    /// <summary>The executor ended before its time.</summary>
    Withdrawn,
}
