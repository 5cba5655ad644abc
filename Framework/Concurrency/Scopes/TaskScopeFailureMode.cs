namespace Concurrency.Scopes;

/// <summary>Says what the failure of one child means for the others in a <see cref="TaskScope"/>.</summary>
public enum TaskScopeFailureMode
{
    /// <summary>The first failure cancels the siblings and the body.</summary>
    FailFast,

    /// <summary>Siblings and the body go on; the failures are thrown together when all have ended.</summary>
    Supervised,
}
