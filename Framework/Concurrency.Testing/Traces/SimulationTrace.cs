using Concurrency.Testing.Choices;
using Concurrency.Testing.Faults;

namespace Concurrency.Testing.Traces;

/// <summary>The choices of one schedule, with which it runs again bit for bit, and where they come from.</summary>
public sealed class SimulationTrace
{
    internal SimulationTrace(ulong seed, string strategy, IReadOnlyList<Choice> choices)
    {
        Seed = seed;
        Strategy = strategy;
        Choices = choices;
    }

    /// <summary>The seed of the schedule: it also fixes the time that steps take.</summary>
    public ulong Seed { get; }

    /// <summary>The strategy that made the choices.</summary>
    public string Strategy { get; }

    /// <summary>The choices, in their order.</summary>
    public IReadOnlyList<Choice> Choices { get; }

    /// <summary>Whether the thread pool of .NET belonged to the schedule.</summary>
    public bool IsCaptured { get; init; }

    /// <summary>The test whose schedule it is, when known.</summary>
    public string? Test { get; init; }

    /// <summary>The identity of the build of the test's assembly (its module version id), when known.</summary>
    public Guid? AssemblyVersion { get; init; }

    /// <summary>The version of this framework that recorded it.</summary>
    public string FrameworkVersion { get; init; } = TraceOrigin.FrameworkVersion;

    /// <summary>The runtime that recorded it.</summary>
    public string Runtime { get; init; } = TraceOrigin.Runtime;

    /// <summary>The number of processors that the runtime saw: some libraries divide their work by it.</summary>
    public int ProcessorCount { get; init; } = TraceOrigin.ProcessorCount;

    /// <summary>The most steps that the schedule could take.</summary>
    public long MaximumSteps { get; init; } = 100_000;

    /// <summary>The longest virtual time that what the body started could go on after the body's end.</summary>
    public TimeSpan EndGrace { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Which faults came by themselves.</summary>
    public FaultLevel Faults { get; init; }

    /// <summary>What the schedule was watched for, in the form of the options; null for what is usual.</summary>
    public string? Detectors { get; init; }

    /// <summary>How many steps the schedule took.</summary>
    public long Steps { get; init; }

    /// <summary>The kind of the failure that it ended with; null if it passed.</summary>
    public string? Failure { get; init; }

    /// <summary>A number that depends on every choice.</summary>
    public ulong Hash { get; init; }

    /// <summary>Writes the trace into a file, replacing one that is there. The usual ending is <c>.simtrace</c>.</summary>
    /// <param name="path">Its folder must exist.</param>
    /// <param name="compress">Whether the file is compressed with gzip.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path, bool compress = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        TraceFile.Write(this, path, compress);
    }

    /// <summary>Reads a trace that <see cref="Save"/> wrote.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or not a trace; the message says what was found.</exception>
    public static SimulationTrace Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return TraceFile.Read(path);
    }
}
