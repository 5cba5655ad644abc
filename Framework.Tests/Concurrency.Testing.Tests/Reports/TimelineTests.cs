using System.Globalization;
using System.Text.Json;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Reports;
using Concurrency.Testing.Strategies;
using Concurrency.Testing.Tests.Traces;
using Xunit.Abstractions;

namespace Concurrency.Testing.Tests.Reports;

public sealed class TimelineTests(ITestOutputHelper output)
{
    private static readonly SimulationOptions s_options = new() { Strategy = SimulationStrategy.RandomWalk, Variables = _ => null };

    [Fact]
    public void Table_OfADeadlock_ShowsActorsLocksSwitchesAndLines()
    {
        var report = Simulation.Explore(BuggyBodies.LockOrder, s_options);
        var table = report.Failure!.Timeline!.ToString();
        output.WriteLine(Assert.Throws<SimulationFailedException>(report.ThrowIfFailed).Message);

        var header = table.Split('\n')[0];
        Assert.Contains("step", header, StringComparison.Ordinal);
        Assert.Contains("body", header, StringComparison.Ordinal);
        Assert.Contains("first", header, StringComparison.Ordinal);
        Assert.Contains("second", header, StringComparison.Ordinal);
        Assert.Contains("acquire left", table, StringComparison.Ordinal);
        Assert.Contains("acquire right", table, StringComparison.Ordinal);
        Assert.Contains("switch (could go on)", table, StringComparison.Ordinal);
        Assert.Contains("BuggyBodies.cs:", table, StringComparison.Ordinal);
        Assert.All(table.Split('\n'), line => Assert.True(line.Length <= 160, line));
    }

    [Fact]
    public void Rows_OfADeadlock_NameTheLineOfTheUser()
    {
        var rows = Simulation.Explore(BuggyBodies.LockOrder, s_options).Failure!.Timeline!.Rows;
        var source = File.ReadAllLines(rows.First(row => row.File is not null).File!);

        Assert.All(rows.Where(row => row.Operation == "acquire"), row => Assert.Contains("LockAsync", source[row.Line - 1], StringComparison.Ordinal));
        Assert.Equal(rows.Select(row => row.Step).Order(), rows.Select(row => row.Step));
    }

    [Fact]
    public void Table_ManyActors_HasOneColumnForThem()
    {
        var actors = Enumerable.Range(0, 20).Select(index => $"actor {index}").ToList();
        var rows = actors.Select((_, index) => Row(index, index)).ToList();

        var table = new SimulationTimeline(actors, rows, 0).ToString();

        Assert.Equal("actor", table.Split('\n')[0].Split('|')[2].Trim());
        Assert.Contains("actor 19", table, StringComparison.Ordinal);
    }

    [Fact]
    public void Table_LongNamesAndManyRows_AreCut()
    {
        var rows = Enumerable.Range(0, 50).Select(step => Row(step, 0) with { Resource = new string('x', 300), File = "/a/b/Program.cs", Line = 7 }).ToList();

        var table = new SimulationTimeline([new string('y', 300)], rows, 5).ToString(10);

        Assert.All(table.Split('\n'), line => Assert.True(line.Length < 200, line));
        Assert.Contains("… 45 rows before", table, StringComparison.Ordinal);
        Assert.Contains("Program.cs:7", table, StringComparison.Ordinal);
        Assert.DoesNotContain("/a/b", table, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0L, "0.00 µs")]
    [InlineData(1_500L, "1.50 µs")]
    [InlineData(1_000_000_000L, "1.000000 s")]
    public void Time_ForReaders_HasItsUnit(long nanoseconds, string text) => Assert.Equal(text, TimelineTable.Time(nanoseconds));

    [Fact]
    public void WriteHtml_HostileNames_AreTextAndNothingIsFetched()
    {
        using var folder = new TemporaryFolder();
        var report = new SimulationReport
        {
            Schedules = 1,
            Steps = 2,
            Hash = 3,
            Failure = new SimulationFailure
            {
                Kind = SimulationFailureKind.BodyFailed,
                Message = "</pre><script>alert(1)</script>",
                Schedule = 1,
                Step = 2,
                Trace = new Testing.Traces.SimulationTrace(1, "random", []),
                Timeline = new SimulationTimeline(["<img src=x onerror=y>"], [Row(1, 0) with { Resource = "\"><b>", File = "a\"b.cs", Line = 1 }], 0),
            },
        };

        report.WriteHtml(folder.File("a.html"));
        var html = File.ReadAllText(folder.File("a.html"));

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\"><b>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http", html.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;alert(1)", html, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteHtml_OfADeadlock_HasARowForEachOfTheTimeline()
    {
        using var folder = new TemporaryFolder();
        var report = Simulation.Explore(BuggyBodies.LockOrder, s_options);

        report.WriteHtml(folder.File("a.html"));
        var html = File.ReadAllText(folder.File("a.html"));

        Assert.Equal(report.Failure!.Timeline!.Rows.Count, html.Split("<td class=\"turn\">").Length + html.Split("<td class=\"switch\">").Length - 2);
        Assert.Contains($"SIM_SEED={report.Failure.Seed}", html, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteJson_OfADeadlock_HoldsWhatTheReportHolds()
    {
        using var folder = new TemporaryFolder();
        var report = Simulation.Explore(BuggyBodies.LockOrder, s_options);

        report.WriteJson(folder.File("a.json"));
        using var json = JsonDocument.Parse(File.ReadAllText(folder.File("a.json")));

        Assert.Equal(report.Schedules, json.RootElement.GetProperty("schedules").GetInt32());
        var failure = json.RootElement.GetProperty("failure");
        Assert.Equal("Deadlock", failure.GetProperty("kind").GetString());
        Assert.Equal(report.Failure!.Timeline!.Rows.Count, failure.GetProperty("timeline").GetProperty("rows").GetArrayLength());
    }

    [Fact]
    public void Explain_Off_LeavesTheTimelineOut() =>
        Assert.Null(Simulation.Explore(BuggyBodies.LockOrder, s_options with { Explain = false }).Failure!.Timeline);

    [Fact]
    public void Message_OfAFailure_NamesTheSeedOnItsOwnLine()
    {
        var report = Simulation.Explore(BuggyBodies.LostUpdate, s_options);

        var message = Assert.Throws<SimulationFailedException>(report.ThrowIfFailed).Message;

        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"\nTo see it again: SIM_SEED={report.Failure!.Seed}"), message, StringComparison.Ordinal);
        Assert.Contains("\nstep | time", message, StringComparison.Ordinal);
    }

    private static TimelineRow Row(long step, int actor) => new() { Step = step, Nanoseconds = step * 75, Actor = actor, Operation = "go on" };
}
