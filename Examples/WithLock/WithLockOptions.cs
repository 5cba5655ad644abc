namespace Concurrency.Examples.WithLock;

/// <summary>What the command line says.</summary>
internal sealed record WithLockOptions
{
    /// <summary>The name of the lock.</summary>
    public required string Name { get; init; }

    /// <summary>The directory where the processes that share locks meet.</summary>
    public required string Directory { get; init; }

    /// <summary>How long to wait for the lock; infinite unless given.</summary>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>The program to run, and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }
}
