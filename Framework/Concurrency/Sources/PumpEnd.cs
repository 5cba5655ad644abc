using Concurrency.Channels;

namespace Concurrency.Sources;

/// <summary>Lets a source's channel end with its pump.</summary>
internal static class PumpEnd
{
    /// <summary>Completes the channel when the pump has ended: an executor may refuse it, or end before its first turn, and the reader has to know.</summary>
    public static void CompletesWith<T>(this BoundedChannel<T> channel, Task pump) => _ = pump.ContinueWith(
        static (pump, channel) => ((BoundedChannel<T>)channel!).Writer.TryComplete(
            pump.Exception?.InnerException ?? (pump.IsCanceled ? new TaskCanceledException(pump) : null)),
        channel,
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
