namespace Concurrency.Bench.Ratios;

/// <summary>A row that is held against a limit: there is no baseline to run, its figure is the limit.</summary>
internal abstract class LimitRow : RatioRow
{
    public override int PairsFor(int standard) => 3;

    public sealed override Task<double> SampleAsync(Side side, TimeSpan length) => side == Side.Baseline
        ? Task.FromResult(Facts.Limit ?? throw new InvalidOperationException($"The row '{Facts.Name}' states no limit. Set RowFacts.Limit."))
        : MeasureAsync(length);

    protected abstract Task<double> MeasureAsync(TimeSpan length);
}
