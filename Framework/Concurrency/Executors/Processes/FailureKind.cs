namespace Concurrency.Executors.Processes;

/// <summary>Why a worker could not answer a request with a result.</summary>
internal enum FailureKind : byte
{
    /// <summary>The work threw, or its input or output could not be read or written.</summary>
    Threw = 1,

    /// <summary>The work gave in to the executor's cancellation.</summary>
    Cancelled = 2,

    /// <summary>The work gave in to its time limit.</summary>
    TimedOut = 3,

    /// <summary>The output is larger than a frame may be.</summary>
    TooLarge = 4,

    /// <summary>The worker's catalogue has no work of this name.</summary>
    UnknownWork = 5,
}
