using System.Globalization;
using System.Text.Json;

namespace Concurrency.Bench.Ratios;

/// <summary>Measures a row in fresh child processes and judges it.</summary>
internal sealed class RowRunner(RunPlan plan, bool quick)
{
    // A launch is disturbed when other processes took more than this many cores while it counted; what it measured would
    // say as much about them. The decision looks at nothing else, so it favours neither side.
    private const double OthersLimit = 0.15;
    private const int DisturbedLaunchesPerRow = 3;

    private static readonly TimeSpan LaunchLimit = TimeSpan.FromMinutes(3);

    /// <summary>The most that other processes took during a launch of the last row that counts, in cores.</summary>
    public double Others { get; private set; }

    /// <summary>Measures the row; repeats disturbed launches and, once, a noisy row as long as there is time.</summary>
    public async Task<RatioResult> RunAsync(RowFacts facts, Func<bool> mayRepeat)
    {
        var result = await RunOnceAsync(facts, mayRepeat);
        return result.Verdict == Verdict.Noisy && mayRepeat() ? await RunOnceAsync(facts, mayRepeat) : result;
    }

    private async Task<RatioResult> RunOnceAsync(RowFacts facts, Func<bool> mayRepeat)
    {
        var launches = new List<LaunchSamples>();
        var disturbed = 0;
        while (launches.Count < plan.Launches)
        {
            var samples = await LaunchAsync(facts.Name, launches.Count);
            if (samples.Others <= OthersLimit || !mayRepeat() || ++disturbed > DisturbedLaunchesPerRow)
            {
                launches.Add(samples);
            }
        }

        Others = launches.Max(launch => launch.Others);
        return RowJudge.Judge(facts, launches);
    }

    private async Task<LaunchSamples> LaunchAsync(string row, int launch)
    {
        List<string> arguments = ["row", row, "--launch", launch.ToString(CultureInfo.InvariantCulture)];
        if (quick)
        {
            arguments.Add("--quick");
        }

        var child = SelfProcess.Start(arguments);
        try
        {
            using var limit = new CancellationTokenSource(LaunchLimit);
            var output = await child.StandardOutput.ReadToEndAsync(limit.Token);
            await child.WaitForExitAsync(limit.Token);
            return child.ExitCode == 0
                ? JsonSerializer.Deserialize<LaunchSamples>(output) ?? throw new InvalidOperationException($"The row '{row}' reported nothing.")
                : throw new InvalidOperationException($"The row '{row}' ended with exit code {child.ExitCode}; its error is above.");
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The row '{row}' did not end within {LaunchLimit.TotalMinutes:0} minutes and was ended.");
        }
        finally
        {
            SelfProcess.End(child);
        }
    }
}
