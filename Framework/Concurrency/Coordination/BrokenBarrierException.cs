namespace Concurrency.Coordination;

/// <summary>What a wait at an <see cref="AsyncBarrier"/> fails with that was reset or aborted.</summary>
public sealed class BrokenBarrierException : Exception
{
    /// <summary>Makes the exception without saying what happened.</summary>
    public BrokenBarrierException()
        : base("The barrier was broken while it was waited at, or before.")
    {
    }

    /// <summary>Makes the exception.</summary>
    public BrokenBarrierException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    public BrokenBarrierException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
