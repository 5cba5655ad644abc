namespace Concurrency.Bench.Ratios;

/// <summary>Which of the two contenders a sample measures.</summary>
internal enum Side
{
    /// <summary>The plain .NET way.</summary>
    Baseline,

    /// <summary>This framework.</summary>
    Ours,
}
