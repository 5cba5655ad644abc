using System.Globalization;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing;

/// <summary>What the environment says about simulations.</summary>
internal sealed record SimulationVariables
{
    public const string SeedName = "SIM_SEED";
    public const string TraceName = "SIM_TRACE";
    public const string SchedulesName = "SIM_SCHEDULES";
    public const string CheckName = "SIM_CHECK";
    public const string BudgetName = "SIM_BUDGET";
    public const string TraceDirectoryName = "SIM_TRACE_DIR";

    private static readonly (string Unit, double Seconds)[] s_units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>One schedule, or the seed of all.</summary>
    public SimulationSeed? Seed { get; private init; }

    /// <summary>The trace to replay instead of exploring.</summary>
    public SimulationTrace? Trace { get; private init; }

    private int? Schedules { get; init; }

    private bool? Check { get; init; }

    private TimeSpan? Budget { get; init; }

    private string? TraceDirectory { get; init; }

    /// <summary>Reads the variables.</summary>
    /// <exception cref="FormatException">One has a value that is not allowed; the message names it, its value, and what is.</exception>
    public static SimulationVariables Read(Func<string, string?> variable)
    {
        string? Text(string name) => variable(name)?.Trim() is { Length: > 0 } text ? text : null;
        return new SimulationVariables
        {
            Seed = Text(SeedName) is { } seed ? ParseSeed(seed) : null,
            Trace = Text(TraceName) is { } trace ? LoadTrace(trace) : null,
            Schedules = Text(SchedulesName) is { } schedules ? ParseSchedules(schedules) : null,
            Check = Text(CheckName) is { } check ? ParseCheck(check) : null,
            Budget = Text(BudgetName) is { } budget ? ParseBudget(budget) : null,
            TraceDirectory = Text(TraceDirectoryName),
        };
    }

    /// <summary>Puts what the environment says in the place of what the test says.</summary>
    public SimulationOptions Apply(SimulationOptions options) => options with
    {
        Seed = Seed?.Value ?? options.Seed,
        Schedules = Schedules ?? options.Schedules,
        Check = Check ?? options.Check,
        Budget = Budget ?? options.Budget,
        TraceDirectory = TraceDirectory ?? options.TraceDirectory,
    };

    private static SimulationSeed ParseSeed(string text)
    {
        try
        {
            return SimulationSeed.Parse(text);
        }
        catch (FormatException error)
        {
            throw new FormatException($"The variable {SeedName} is '{text}'. {error.Message}", error);
        }
    }

    private static SimulationTrace LoadTrace(string path)
    {
        try
        {
            return SimulationTrace.Load(path);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new FormatException($"The variable {TraceName} is '{path}'. {error.Message}", error);
        }
    }

    private static int ParseSchedules(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var schedules) && schedules >= 1
            ? schedules
            : throw Refused(SchedulesName, text, $"a whole number from 1 to {int.MaxValue}");

    private static bool ParseCheck(string text) => text switch
    {
        "1" or "true" => true,
        "0" or "false" => false,
        _ => throw Refused(CheckName, text, "1 (every schedule is run twice and compared) and 0"),
    };

    private static TimeSpan ParseBudget(string text)
    {
        foreach (var (unit, seconds) in s_units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number * seconds is > 0 and <= 86_400)
            {
                return TimeSpan.FromSeconds(number * seconds);
            }
        }

        throw Refused(BudgetName, text, "a time with its unit, over 0 and up to 24h: 500ms, 60s, 5m, 1h");
    }

    private static FormatException Refused(string name, string value, string allowed) =>
        new($"The variable {name} is '{value}'. Allowed: {allowed}. Unset it to run the test as it is written.");
}
