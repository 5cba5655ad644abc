using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>How a <see cref="TaskScope"/> treats its children.</summary>
public sealed record TaskScopeOptions
{
    /// <summary>Names the scope in messages. The default is "scope".</summary>
    public string Name { get; init; } = "scope";

    /// <summary>What the failure of one child means for the others. The default is <see cref="TaskScopeFailureMode.FailFast"/>.</summary>
    public TaskScopeFailureMode FailureMode { get; init; } = TaskScopeFailureMode.FailFast;

    /// <summary>Where children run that name no executor; null for the executor that is current when the scope is opened, or the .NET thread pool.</summary>
    public Executor? Executor { get; init; }
}
