namespace Concurrency.Tests.Diagnostics;

/// <summary>Tests that turn the list of tasks on and off, which is one per process, take turns.</summary>
[CollectionDefinition(nameof(TracksTasks))]
public sealed class TracksTasks;
