namespace Concurrency.Executors.Processes;

/// <summary>Where the standard output and standard error of worker processes go.</summary>
public enum WorkerOutput
{
    /// <summary>To those of this process, as they are.</summary>
    Inherit,

    /// <summary>To the executor's logger: each line of output as information, each line of error as a warning.</summary>
    Log,
}
