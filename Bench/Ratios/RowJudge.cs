namespace Concurrency.Bench.Ratios;

/// <summary>Turns the samples of all launches of a row into its result.</summary>
internal static class RowJudge
{
    /// <summary>The A/A spread above which a row is not judged.</summary>
    public const double NoisyAbove = 0.15;

    public static RatioResult Judge(RowFacts facts, IReadOnlyList<LaunchSamples> launches)
    {
        var ratios = launches.SelectMany(launch => launch.Baseline.Zip(launch.Ours, facts.Ratio)).ToArray();
        var interval = MedianMath.MedianInterval(ratios);
        var spread = Spread(facts, launches);
        return new RatioResult
        {
            Row = facts.Name,
            Ours = Rounded(MedianMath.Median([.. launches.SelectMany(launch => launch.Ours)])),
            Baseline = Rounded(MedianMath.Median([.. launches.SelectMany(launch => launch.Baseline)])),
            Unit = facts.Unit,
            Ratio = Rounded(MedianMath.Median(ratios)),
            Low = Rounded(interval.Low),
            High = Rounded(interval.High),
            Spread = Rounded(spread),
            Bar = facts.Bar,
            Verdict = Decide(facts.Bar, interval, spread),
        };
    }

    public static Verdict Decide(double? bar, Interval interval, double spread) => bar switch
    {
        null => Verdict.Shown,
        _ when spread > NoisyAbove => Verdict.Noisy,
        _ when interval.High >= bar => Verdict.Pass,
        _ => Verdict.Missed,
    };

    /// <summary>What the row would have reported if the baseline had been measured against itself.</summary>
    private static double Spread(RowFacts facts, IReadOnlyList<LaunchSamples> launches)
    {
        var ratios = launches
            .SelectMany(launch => launch.Baseline.Zip(launch.Baseline.Skip(1), facts.Ratio))
            .ToArray();
        return ratios.Length == 0 ? 0 : MedianMath.MedianInterval(ratios).DistanceFromOne;
    }

    private static double Rounded(double value)
    {
        if (value == 0 || !double.IsFinite(value))
        {
            return value;
        }

        var digits = 3 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return digits is >= 0 and <= 15 ? Math.Round(value, digits) : Math.Round(value);
    }
}
