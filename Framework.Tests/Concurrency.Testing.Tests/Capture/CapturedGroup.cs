namespace Concurrency.Testing.Tests.Capture;

/// <summary>The tests that take the thread pool from the whole process: they run alone, one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CapturedGroup
{
    public const string Name = "captured thread pool";
}
