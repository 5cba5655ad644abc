namespace Concurrency.Execution;

/// <summary>Work that its executor is to start at a time.</summary>
internal interface IDelayedWork
{
    /// <summary>Its time has come: the executor gets it as new work.</summary>
    void Submit();

    /// <summary>It will never start, because the executor ends what has not started.</summary>
    void Withdraw();
}
