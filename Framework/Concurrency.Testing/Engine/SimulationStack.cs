namespace Concurrency.Testing.Engine;

/// <summary>How large the stack of a simulation's thread is.</summary>
internal static class SimulationStack
{
    /// <summary>So that no chain of inline continuations leaves it.</summary>
    public const int Bytes = 256 * 1024 * 1024;
}
