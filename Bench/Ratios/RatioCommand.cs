using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;

namespace Concurrency.Bench.Ratios;

/// <summary>The command <c>ratios</c>, and the hidden <c>row</c> that its child processes run.</summary>
internal static class RatioCommand
{
    // Quick promises a minute per area: a noisy row is only run again while there is time left.
    private static readonly TimeSpan QuickRepeatLimit = TimeSpan.FromSeconds(40);

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    private static readonly Option<bool> s_quick = new("--quick") { Description = "Fewer and shorter samples: each area in less than a minute." };

    public static Command Create()
    {
        var area = new Option<string?>("--area") { Description = "Only this area." };
        area.AcceptOnlyFromAmong([.. RowCatalogue.All.Select(row => row.Area).Distinct()]);
        var rows = new Option<string[]>("--row") { Description = "Only this row; repeatable.", DefaultValueFactory = _ => [] };
        rows.AcceptOnlyFromAmong([.. RowCatalogue.All.Select(row => row.Name)]);
        var json = new Option<FileInfo?>("--json") { Description = "Also writes the rows to this file as an array of objects." };
        var command = new Command("ratios", "Runs ours and the plain .NET way in turn and judges the ratio (above 1 ours is better).")
        {
            area, rows, s_quick, json,
        };
        command.SetAction(parsed =>
        {
            var names = parsed.GetValue(rows) ?? [];
            var chosen = RowCatalogue.All
                .Where(row => parsed.GetValue(area) is not { } only || row.Area == only)
                .Where(row => names.Length == 0 || names.Contains(row.Name));
            return RunAsync([.. chosen], parsed.GetValue(s_quick), parsed.GetValue(json));
        });
        return command;
    }

    public static Command CreateRow()
    {
        var name = new Argument<string>("name");
        var launch = new Option<int>("--launch");
        var command = new Command("row", "One launch of one row; prints its samples.") { name, launch, s_quick };
        command.Hidden = true;
        command.SetAction(async parsed =>
        {
            var plan = parsed.GetValue(s_quick) ? RunPlan.Quick : RunPlan.Full;
            // Every other launch begins with ours: what the first of a pair may gain or lose cancels out.
            var samples = await RowLaunch.RunAsync(RowCatalogue.Make(parsed.GetRequiredValue(name)), plan, parsed.GetValue(launch) % 2 == 1);
            Console.WriteLine(JsonSerializer.Serialize(samples));
            return 0;
        });
        return command;
    }

    private static async Task<int> RunAsync(RowFacts[] rows, bool quick, FileInfo? json)
    {
        var runner = new RowRunner(quick ? RunPlan.Quick : RunPlan.Full, quick);
        var results = new List<RatioResult>();
        var failed = false;
        Console.WriteLine(ResultTable.Header);
        foreach (var group in rows.GroupBy(row => row.Area))
        {
            var areaStart = Stopwatch.GetTimestamp();
            foreach (var row in group)
            {
                try
                {
                    var result = await runner.RunAsync(row, () => !quick || Stopwatch.GetElapsedTime(areaStart) < QuickRepeatLimit);
                    results.Add(result);
                    Console.WriteLine(ResultTable.Format(result, runner.Others));
                }
                catch (Exception error) when (error is InvalidOperationException or TimeoutException or JsonException)
                {
                    failed = true;
                    await Console.Error.WriteLineAsync(error.Message);
                }
            }
        }

        if (json is not null)
        {
            await File.WriteAllTextAsync(json.FullName, JsonSerializer.Serialize(results, s_json) + Environment.NewLine);
        }

        return failed || results.Any(result => result.Verdict == Verdict.Missed) ? 1 : 0;
    }
}
