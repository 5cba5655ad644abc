namespace Concurrency.Bench.Ratios;

/// <summary>What a row says about its bar.</summary>
internal enum Verdict
{
    /// <summary>The upper end of the interval reaches the bar.</summary>
    Pass,

    /// <summary>Even the upper end of the interval stays below the bar.</summary>
    Missed,

    /// <summary>The baseline against itself spreads too far for a judgement.</summary>
    Noisy,

    /// <summary>The row has no bar.</summary>
    Shown,
}
