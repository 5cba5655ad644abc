namespace Concurrency.Executors.Processes;

/// <summary>What a frame between an executor and its worker says; the first byte of its payload.</summary>
internal enum FrameKind : byte
{
    /// <summary>Worker to executor, first: protocol version, process id, names of the work it knows.</summary>
    Hello = 1,

    /// <summary>Executor to worker, first: protocol version, limits.</summary>
    Welcome = 2,

    /// <summary>Executor to worker: id, time left, name, trace context, input.</summary>
    Request = 3,

    /// <summary>Executor to worker: id of the request whose token is to be cancelled.</summary>
    Cancel = 4,

    /// <summary>Worker to executor: id, run time, output.</summary>
    Result = 5,

    /// <summary>Worker to executor: id, run time, what went wrong.</summary>
    Failure = 6,

    /// <summary>Worker to executor, last: the process ends with an exit code, not by a signal.</summary>
    Exiting = 7,
}
