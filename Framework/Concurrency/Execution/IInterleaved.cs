namespace Concurrency.Execution;

/// <summary>A thing of the public surface that a simulation knows by what is inside of it.</summary>
internal interface IInterleaved
{
    /// <summary>What the operations are told to be about.</summary>
    object Resource { get; }
}
