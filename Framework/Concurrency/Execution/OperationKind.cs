namespace Concurrency.Execution;

/// <summary>What an operation does to the thing it works on, as a simulation sees it.</summary>
internal enum OperationKind
{
    /// <summary>Nothing that others could see: a start, a yield.</summary>
    None,

    /// <summary>Takes what one holder at a time can have.</summary>
    Acquire,

    /// <summary>Takes what several holders can share.</summary>
    AcquireShared,

    /// <summary>Gives back what was taken.</summary>
    Release,

    /// <summary>Waits for a signal, a condition or an end.</summary>
    Wait,

    /// <summary>Signals, sets, opens, ends.</summary>
    Signal,

    /// <summary>Puts an item.</summary>
    Send,

    /// <summary>Takes an item.</summary>
    Receive,

    /// <summary>Ends a stream of items.</summary>
    Complete,

    /// <summary>Looks without changing.</summary>
    Read,

    /// <summary>Changes.</summary>
    Write,
}
