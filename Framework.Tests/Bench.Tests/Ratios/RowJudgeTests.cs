using System.Text.Json;
using Concurrency.Bench.Ratios;

namespace Concurrency.Bench.Tests.Ratios;

public sealed class RowJudgeTests
{
    private static readonly RowFacts s_cost = new("area.cost", "ns", 1.0);

    [Fact]
    public void Decide_UpperEndReachesTheBar_Passes()
    {
        Assert.Equal(Verdict.Pass, RowJudge.Decide(1.0, new Interval(0.9, 1.0), 0.05));
    }

    [Fact]
    public void Decide_UpperEndBelowTheBar_IsMissed()
    {
        Assert.Equal(Verdict.Missed, RowJudge.Decide(1.0, new Interval(0.9, 0.99), 0.05));
    }

    [Fact]
    public void Decide_SpreadAboveTheLimit_IsNoisyWhateverTheRatio()
    {
        Assert.Equal(Verdict.Noisy, RowJudge.Decide(1.0, new Interval(0.1, 0.2), 0.151));
        Assert.Equal(Verdict.Noisy, RowJudge.Decide(1.0, new Interval(3, 4), 0.151));
        Assert.Equal(Verdict.Pass, RowJudge.Decide(1.0, new Interval(3, 4), 0.15));
    }

    [Fact]
    public void Decide_NoBar_IsShownWhateverTheSpread()
    {
        Assert.Equal(Verdict.Shown, RowJudge.Decide(null, new Interval(0.1, 0.2), 0.9));
    }

    [Fact]
    public void Judge_OursTakesHalfTheTime_RatioIsTwo()
    {
        var result = RowJudge.Judge(s_cost, [Launch([10, 10, 10], [5, 5, 5]), Launch([20, 20, 20], [10, 10, 10])]);

        Assert.Equal(2, result.Ratio);
        Assert.Equal((2.0, 2.0), (result.Low, result.High));
        Assert.Equal(0, result.Spread);
        Assert.Equal(15, result.Baseline);
        Assert.Equal(7.5, result.Ours);
        Assert.Equal(Verdict.Pass, result.Verdict);
    }

    [Fact]
    public void Judge_RateRow_MoreIsBetter()
    {
        var rate = s_cost with { HigherIsBetter = true };

        var result = RowJudge.Judge(rate, [Launch([100, 100, 100], [50, 50, 50])]);

        Assert.Equal(0.5, result.Ratio);
        Assert.Equal(Verdict.Missed, result.Verdict);
    }

    [Fact]
    public void Judge_LimitOfZero_OnlyZeroReachesIt()
    {
        var limit = s_cost with { Limit = 0, Quantum = 1 };

        Assert.Equal(Verdict.Pass, RowJudge.Judge(limit, [Launch([0, 0, 0], [0, 0, 0])]).Verdict);
        Assert.Equal(Verdict.Missed, RowJudge.Judge(limit, [Launch([0, 0, 0], [0.01, 0.01, 0.01])]).Verdict);
    }

    [Fact]
    public void Judge_BaselineAgainstItselfIsUnsteady_SpreadTellsAndNothingIsJudged()
    {
        double[] unsteady = [10, 20, 10, 20, 10, 20, 10, 20, 10];

        var result = RowJudge.Judge(s_cost, [Launch(unsteady, unsteady)]);

        Assert.Equal(1, result.Ratio);
        Assert.Equal(1, result.Spread, 3);
        Assert.Equal(Verdict.Noisy, result.Verdict);
    }

    [Fact]
    public void Judge_LaunchesDifferFromEachOther_OnlyNeighboursAreCompared()
    {
        var result = RowJudge.Judge(s_cost, [Launch([10, 10, 10], [10, 10, 10]), Launch([90, 90, 90], [90, 90, 90])]);

        Assert.Equal(0, result.Spread);
        Assert.Equal(1, result.Ratio);
    }

    [Fact]
    public void Json_HasTheAgreedNamesAndLowerCaseVerdicts()
    {
        var result = RowJudge.Judge(s_cost with { Bar = null }, [Launch([10, 10], [5, 5])]);

        using var json = JsonDocument.Parse(JsonSerializer.Serialize(result));

        Assert.Equal(
            ["row", "ours", "baseline", "unit", "ratio", "low", "high", "spread", "bar", "verdict"],
            json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal("shown", json.RootElement.GetProperty("verdict").GetString());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("bar").ValueKind);
    }

    [Fact]
    public void Catalogue_EveryRow_HasItsOwnNameAndCanBeMade()
    {
        var names = RowCatalogue.All.Select(row => row.Name).ToArray();

        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(names, name => Assert.Equal(name, RowCatalogue.Make(name).Facts.Name));
    }

    private static LaunchSamples Launch(double[] baseline, double[] ours) => new(baseline, ours);
}
