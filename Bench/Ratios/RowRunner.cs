using System.Globalization;
using System.Text.Json;

namespace Concurrency.Bench.Ratios;

/// <summary>Measures a row in fresh child processes and judges it.</summary>
internal sealed class RowRunner(RunPlan plan, bool quick)
{
    private static readonly TimeSpan LaunchLimit = TimeSpan.FromMinutes(3);

    /// <summary>Measures the row, and a noisy one once more if there is time.</summary>
    public async Task<RatioResult> RunAsync(RowFacts facts, Func<bool> mayRepeat)
    {
        var result = await RunOnceAsync(facts);
        return result.Verdict == Verdict.Noisy && mayRepeat() ? await RunOnceAsync(facts) : result;
    }

    private async Task<RatioResult> RunOnceAsync(RowFacts facts)
    {
        var launches = new List<LaunchSamples>();
        for (var launch = 0; launch < plan.Launches; launch++)
        {
            launches.Add(await LaunchAsync(facts.Name, launch));
        }

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
