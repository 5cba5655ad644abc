using Concurrency.Testing.Faults;
using Xunit;
using Xunit.Sdk;

namespace Concurrency.Testing.Xunit;

/// <summary>A test that runs under many schedules: <c>async Task Name(Sim sim)</c>, or <c>void Name(Sim sim)</c>.</summary>
/// <remarks>
/// <para>The class of the test is made anew for each schedule, inside of the simulation. Rows of data come after the <see cref="Sim"/>;
/// each row is a test of its own.</para>
/// <para>What the environment says comes first: <c>SIM_SEED</c>, <c>SIM_TRACE</c>, <c>SIM_SCHEDULES</c>, <c>SIM_CHECK</c>,
/// <c>SIM_BUDGET</c>, <c>SIM_TRACE_DIR</c>. The trace of a failure is written into <c>SIM_TRACE_DIR</c>, or into the folder
/// <c>simtraces</c> of the temporary files. With a <see cref="FactAttribute.Timeout"/>, no schedule is started after so many milliseconds.</para>
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Concurrency.Testing.Xunit.SimulationDiscoverer", "Concurrency.Testing.Xunit")]
public sealed class SimulationAttribute : FactAttribute
{
    /// <summary>How many schedules are run at most, from 1; 1,000 unless set.</summary>
    public int Schedules { get; set; } = 1000;

    /// <summary>How schedules are chosen, in the form of <see cref="Strategies.SimulationStrategy.Parse"/>.</summary>
    public string Strategy { get; set; } = "portfolio";

    /// <summary>What is controlled. Tests with <see cref="SimulationMode.Captured"/> belong in a collection with <c>DisableParallelization</c>.</summary>
    public SimulationMode Mode { get; set; }

    /// <summary>The most steps of one schedule, from 1; one that takes more fails.</summary>
    public long MaximumSteps { get; set; } = 100_000;

    /// <summary>The seed from which those of all schedules come.</summary>
    public ulong Seed { get; set; } = 1;

    /// <summary>Which faults simulated sources make by themselves; none unless set.</summary>
    public FaultLevel Faults { get; set; }

    /// <summary>Whether a failed schedule is minimised.</summary>
    public bool Minimise { get; set; } = true;
}
