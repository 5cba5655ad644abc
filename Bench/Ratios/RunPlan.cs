namespace Concurrency.Bench.Ratios;

/// <summary>How often and how long each row is measured.</summary>
/// <param name="Launches">Fresh processes per row: memory layout and compilation differ from process to process.</param>
/// <param name="Pairs">Pairs of samples per launch.</param>
/// <param name="Sample">How long one sample takes.</param>
/// <param name="WarmRounds">Pairs that are thrown away before counting.</param>
/// <remarks>Many short pairs beat few long ones on a shared machine: what disturbs it lasts longer than a pair and hits both sides.</remarks>
internal sealed record RunPlan(int Launches, int Pairs, TimeSpan Sample, int WarmRounds)
{
    public static RunPlan Full { get; } = new(3, 24, TimeSpan.FromMilliseconds(40), 6);

    public static RunPlan Quick { get; } = new(2, 9, TimeSpan.FromMilliseconds(40), 5);
}
