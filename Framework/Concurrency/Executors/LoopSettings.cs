namespace Concurrency.Executors;

/// <summary>What the kinds with a loop tell it.</summary>
/// <param name="Portable">Waits without epoll.</param>
/// <param name="Spin">How long to look for work before sleeping.</param>
/// <param name="Quantum">Turns between two looks at everything else.</param>
/// <param name="RejectAtBacklog">How many queued callbacks make new work be refused.</param>
internal readonly record struct LoopSettings(bool Portable, TimeSpan Spin, int Quantum, int? RejectAtBacklog)
{
    public const int DefaultQuantum = 64;
    private const int LargestQuantum = 1_000_000;
    private const int LargestBacklog = 10_000_000;

    /// <summary>Refuses settings that are out of their range.</summary>
    public LoopSettings Checked()
    {
        ExecutorOptions.RequireSpan(Spin, "SpinBeforeSleep", TimeSpan.FromSeconds(1), infiniteAllowed: false);
        ExecutorOptions.RequireCount(Quantum, nameof(Quantum), LargestQuantum);
        ExecutorOptions.RequireCount(RejectAtBacklog ?? 1, nameof(RejectAtBacklog), LargestBacklog);
        return this;
    }
}
