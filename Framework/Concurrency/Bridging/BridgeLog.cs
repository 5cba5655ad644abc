using Microsoft.Extensions.Logging;

namespace Concurrency.Bridging;

/// <summary>Every sentence that bridges log.</summary>
internal static partial class BridgeLog
{
    [LoggerMessage(1, LogLevel.Warning, "All {Threads} bridge threads wait in SyncBridge.Await ({Parked}), and {Waiting} bridges cannot start ({Names}). If the former wait for the latter, nothing goes on. Raise SyncBridgeOptions.MaximumThreads, or start fewer bridges at once.")]
    public static partial void Stalled(ILogger logger, int threads, string parked, int waiting, string names);

    [LoggerMessage(2, LogLevel.Error, "The OnStall callback of the bridge threads threw.")]
    public static partial void CallbackFailed(ILogger logger, Exception error);

    [LoggerMessage(3, LogLevel.Error, "Work that a cancelled SyncBridge.Await waits for no more has failed in {Bridge}.")]
    public static partial void FailedUnawaited(ILogger logger, string bridge, Exception error);

    [LoggerMessage(4, LogLevel.Error, "A blocking call whose caller was cancelled has failed: {Call}.")]
    public static partial void BlockingCallFailedUnawaited(ILogger logger, string call, Exception error);

    [LoggerMessage(5, LogLevel.Error, "The trace callback of the coroutines threw.")]
    public static partial void TraceFailed(ILogger logger, Exception error);
}
