namespace Concurrency.Executors;

/// <summary>Says what an executor does when code on one of its threads waits and holds the thread meanwhile.</summary>
public enum OnBlocking
{
    /// <summary>Nothing: blocking is allowed here.</summary>
    Ignore,

    /// <summary>Lets the wait happen, counts it, and reports its stack.</summary>
    Report,

    /// <summary>Throws <see cref="BlockingWaitException"/> out of the wait. A contended lock is reported instead: no code expects one to throw.</summary>
    Throw,
}
