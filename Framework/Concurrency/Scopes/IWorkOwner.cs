namespace Concurrency.Scopes;

/// <summary>Who answers for a <see cref="SpawnedWork"/>.</summary>
internal interface IWorkOwner
{
    /// <summary>The pool whose slot the work has; null for none.</summary>
    WorkPool? Pool { get; }

    /// <summary>The work has ended; called before its task completes.</summary>
    void OnEnded(SpawnedWork work);

    /// <summary>The task is complete and the links were called.</summary>
    void OnSettled(SpawnedWork work);

    /// <summary>Code that nobody waits for has failed.</summary>
    /// <param name="work">To which it belongs.</param>
    /// <param name="error">The failure.</param>
    /// <param name="what">What has failed, for the message.</param>
    void Report(SpawnedWork work, Exception error, string what);
}
