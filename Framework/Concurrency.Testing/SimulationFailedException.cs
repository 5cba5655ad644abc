using System.Globalization;
using System.Text;

namespace Concurrency.Testing;

/// <summary>A simulated test failed; the message shows the interleaving, and how to run the same schedule again.</summary>
public sealed class SimulationFailedException : Exception
{
    private const int MostRows = 120;

    internal SimulationFailedException(SimulationReport report, SimulationFailure failure)
        : base(Describe(report, failure), failure.Exception)
    {
        Report = report;
    }

    internal SimulationFailedException(SimulationReport report)
        : base($"In {report.Schedules} schedules this was never reached: {string.Join(", ", report.NeverReached)}. Run more schedules, or correct the test.")
    {
        Report = report;
    }

    internal SimulationFailedException(SimulationReport report, string message)
        : base(message)
    {
        Report = report;
    }

    /// <summary>The whole report.</summary>
    public SimulationReport Report { get; }

    private static string Describe(SimulationReport report, SimulationFailure failure)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{failure.Kind} in schedule {failure.Schedule} at step {failure.Step}: {failure.Message}\n");
        if (failure.Minimised is { } minimised && minimised.ContextSwitchesAfter < minimised.ContextSwitchesBefore)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"\nThe same failure with {Changes(minimised.ContextSwitchesAfter)} instead of {minimised.ContextSwitchesBefore} (found in {minimised.Replays} runs):\n");
        }
        else if (failure.Timeline is not null)
        {
            text.Append("\nThe schedule:\n");
        }

        if (failure.Timeline is { } timeline)
        {
            text.Append(timeline.ToString(MostRows));
        }

        text.Append("\nTo see it again: ").Append(Repeat(report, failure)).Append('\n');
        AppendTrace(text, failure);
        return text.ToString().TrimEnd();
    }

    private static string Changes(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} change{(count == 1 ? "" : "s")} of actor");

    private static string Repeat(SimulationReport report, SimulationFailure failure) => failure.Seed is { } seed
        ? $"SIM_SEED={seed}"
        : string.Create(CultureInfo.InvariantCulture, $"SIM_SEED={new SimulationSeed(report.Seed)} SIM_SCHEDULES={report.Schedules}");

    private static void AppendTrace(StringBuilder text, SimulationFailure failure)
    {
        if (failure.TracePath is { } path)
        {
            text.Append("Its trace: SIM_TRACE=").Append(path).Append('\n');
        }
        else if (failure.TraceProblem is { } problem)
        {
            text.Append(problem).Append('\n');
        }
    }
}
