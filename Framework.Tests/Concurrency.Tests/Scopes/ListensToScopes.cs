namespace Concurrency.Tests.Scopes;

/// <summary>Tests that listen to the activities of all scopes of the process run alone.</summary>
[CollectionDefinition(nameof(ListensToScopes), DisableParallelization = true)]
public sealed class ListensToScopes;
