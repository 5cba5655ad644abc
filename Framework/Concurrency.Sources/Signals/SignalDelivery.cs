namespace Concurrency.Sources.Signals;

/// <summary>Says how signals reach a <see cref="SignalSource"/>.</summary>
public enum SignalDelivery
{
    /// <summary>The source was not started yet.</summary>
    NotStarted,

    /// <summary>Straight from the runtime's signal thread: independent of the .NET thread pool.</summary>
    SignalThread,

    /// <summary>
    /// Through <see cref="System.Runtime.InteropServices.PosixSignalRegistration"/>, a reduced guarantee: apart from SIGINT, SIGQUIT
    /// and SIGTERM a signal waits for a thread of the .NET thread pool, however long that takes.
    /// </summary>
    ThreadPool,
}
