namespace Concurrency.Tests.Channels;

/// <summary>The classes that count the bytes of the whole process or race for every core: no other class runs at the same time.</summary>
/// <remarks><see cref="TestSupport.MachineLock"/> keeps other processes away, this the other classes of this one.</remarks>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
