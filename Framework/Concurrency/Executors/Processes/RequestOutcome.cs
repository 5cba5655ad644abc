namespace Concurrency.Executors.Processes;

/// <summary>How a request ended: with a worker's reply, or without one.</summary>
/// <param name="Reply">What the worker answered; null if it did not.</param>
/// <param name="Error">Why there is no answer; for a request that was told to stop, the details of its end if there are any.</param>
/// <param name="WasStopped">Whether the request was told to stop and has no answer.</param>
internal readonly record struct RequestOutcome(ReplyFrame? Reply, Exception? Error, bool WasStopped);
