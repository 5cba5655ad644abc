using System.Globalization;

namespace Concurrency.Testing;

/// <summary>A simulated test failed; the message says how to run the same schedule again.</summary>
public sealed class SimulationFailedException : Exception
{
    internal SimulationFailedException(SimulationReport report, SimulationFailure failure)
        : base(string.Create(CultureInfo.InvariantCulture,
            $"{failure.Kind} in schedule {failure.Schedule} at step {failure.Step}: {failure.Message}\nTo see it again: SIM_SEED={failure.Trace.Seed:x16}-{failure.Trace.Strategy}"), failure.Exception)
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
}
