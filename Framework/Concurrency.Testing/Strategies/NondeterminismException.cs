namespace Concurrency.Testing.Strategies;

/// <summary>The same choices have led to another state than in an earlier schedule.</summary>
internal sealed class NondeterminismException(string what) : Exception(
    $"The body is not deterministic: {what}. Take what differs from run to run (time, random numbers, hash codes, static state) from the simulation.");
