using System.Globalization;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Reports;

namespace Concurrency.Testing;

/// <summary>What an exploration came to.</summary>
public sealed record SimulationReport
{
    /// <summary>How many schedules were run.</summary>
    public required int Schedules { get; init; }

    /// <summary>The steps of all schedules together.</summary>
    public required long Steps { get; init; }

    /// <summary>A number that depends on every choice of every schedule: equal for equal seeds, on every machine.</summary>
    public required ulong Hash { get; init; }

    /// <summary>The seed of the exploration.</summary>
    public ulong Seed { get; init; }

    /// <summary>How the schedules were chosen.</summary>
    public string Strategy { get; init; } = "";

    /// <summary>What the schedules came past.</summary>
    public SimulationCoverage Coverage { get; init; } = new CoverageTally().ToCoverage();

    /// <summary>Whether every schedule that the strategy knows has been run.</summary>
    public bool IsExhaustive { get; init; }

    /// <summary>Why the thread pool was not captured although it should be; null otherwise.</summary>
    public string? Notice { get; init; }

    /// <summary>The first failure, or null.</summary>
    public SimulationFailure? Failure { get; init; }

    /// <summary>What <c>Sim.Sometimes</c> demanded and no schedule reached.</summary>
    public IReadOnlyList<string> NeverReached { get; init; } = [];

    /// <summary>What the exploration shows, in a sentence.</summary>
    public string Verdict => (Failure, IsExhaustive) switch
    {
        ({ } failure, _) => string.Create(CultureInfo.InvariantCulture, $"Failed: {failure.Kind} in schedule {failure.Schedule}."),
        (null, true) => string.Create(CultureInfo.InvariantCulture, $"Proved: each of the {Schedules} different schedules passed."),
        _ => string.Create(CultureInfo.InvariantCulture, $"Not proved: {Schedules} schedules passed, but there are more."),
    };

    /// <summary>Throws unless every schedule was run and passed.</summary>
    /// <exception cref="SimulationFailedException">One failed, or the bound was reached before all were run.</exception>
    public void ThrowIfNotProved()
    {
        ThrowIfFailed();
        if (!IsExhaustive)
        {
            throw new SimulationFailedException(
                this, $"{Verdict} The bound was reached first. Raise SimulationOptions.Schedules or Budget, or make the test smaller.");
        }
    }

    /// <summary>Throws if a schedule failed, or if something that must be reached sometimes never was.</summary>
    /// <exception cref="SimulationFailedException">It did.</exception>
    public void ThrowIfFailed()
    {
        if (Failure is { } failure)
        {
            throw new SimulationFailedException(this, failure);
        }

        if (NeverReached.Count > 0)
        {
            throw new SimulationFailedException(this);
        }
    }

    /// <summary>Writes the report as one HTML file that needs nothing else: what was run, the failure, its interleaving, and the coverage.</summary>
    /// <param name="path">Its folder must exist; a file that is there is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void WriteHtml(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        File.WriteAllText(path, ReportHtml.Format(this));
    }

    /// <summary>Writes the report as a JSON object.</summary>
    /// <inheritdoc cref="WriteHtml"/>
    public void WriteJson(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        File.WriteAllBytes(path, ReportJson.Format(this));
    }

    /// <summary>One line: schedules, steps and seed.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Schedules} schedule{(Schedules == 1 ? "" : "s")}, {Steps} steps, strategy {Strategy}, seed {new SimulationSeed(Seed)}: {(Failure is null ? "passed" : Failure.Kind)}{(Notice is null ? "" : $". {Notice}")}");
}
