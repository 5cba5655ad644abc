using Concurrency.Testing.Engine;
using Concurrency.Testing.Faults;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing;

/// <summary>How a simulation is explored.</summary>
public sealed record SimulationOptions
{
    /// <summary>How many schedules are run at most, from 1; 1,000 unless set.</summary>
    public int Schedules { get; init; } = 1000;

    /// <summary>The seed from which those of all schedules come; the same seed gives the same schedules.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How schedules are chosen.</summary>
    public SimulationStrategy Strategy { get; init; } = SimulationStrategy.Portfolio;

    /// <summary>What is controlled: the types of this framework, or also the thread pool of .NET.</summary>
    public SimulationMode Mode { get; init; }

    /// <summary>The most steps of one schedule, from 1; one that takes more fails.</summary>
    public long MaximumSteps { get; init; } = 100_000;

    /// <summary>The longest time, in virtual time, that what the body started may go on after the body's end.</summary>
    public TimeSpan EndGrace { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long, in real time, schedules are started; null for as long as it takes.</summary>
    public TimeSpan? Budget { get; init; }

    /// <summary>The clock by which <see cref="Budget"/> goes.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>What is looked for; the default has no false alarms.</summary>
    public Detectors Detectors { get; init; } = Detectors.Default;

    /// <summary>Which faults simulated sources make by themselves; none unless set.</summary>
    public FaultLevel Faults { get; init; }

    /// <summary>The name of the test, for traces and reports; null to take that of the body.</summary>
    public string? Test { get; init; }

    /// <summary>Whether every schedule is run twice and the runs are compared, so that a body which is not deterministic is found.</summary>
    public bool Check { get; init; }

    /// <summary>Whether a failed schedule is minimised: run again, with fewer and fewer changes of actor, as long as it fails alike.</summary>
    public bool Minimise { get; init; } = true;

    /// <summary>The most runs that minimising takes, from 1.</summary>
    public int MaximumReplays { get; init; } = 5000;

    /// <summary>Whether a failed schedule is run once more, slowly, to show its interleaving.</summary>
    public bool Explain { get; init; } = true;

    /// <summary>The folder for the traces of failures; null for none, unless the variable <c>SIM_TRACE_DIR</c> names one. It is made when it is missing.</summary>
    public string? TraceDirectory { get; init; }

    /// <summary>The identity of the build of the test's assembly; null to take that of the body.</summary>
    internal Guid? AssemblyVersion { get; init; }

    /// <summary>Reads the environment.</summary>
    internal Func<string, string?> Variables { get; init; } = Environment.GetEnvironmentVariable;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Schedules, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumSteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(EndGrace, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumReplays, 1);
        ArgumentNullException.ThrowIfNull(Strategy);
        if (!Enum.IsDefined(Mode))
        {
            throw new ArgumentOutOfRangeException(nameof(Mode), Mode, "There is no such mode. Use one of SimulationMode.");
        }

        ArgumentNullException.ThrowIfNull(TimeProvider);
    }
}
