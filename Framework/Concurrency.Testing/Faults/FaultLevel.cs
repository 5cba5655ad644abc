namespace Concurrency.Testing.Faults;

/// <summary>Which faults the simulated sources of a simulation make by themselves.</summary>
/// <remarks>What the test asks for explicitly, such as <see cref="Simulated.LinkOptions.Loss"/>, happens on every level.</remarks>
public enum FaultLevel
{
    /// <summary>None: the outside world does what it should.</summary>
    None,

    /// <summary>Each schedule first draws which faults it has and how often each comes, and then whether it comes each time.</summary>
    /// <remarks>So some schedules have no fault, some one kind very often, some a little of all: mixtures find what averages hide.</remarks>
    Swarm,
}
