using Microsoft.Extensions.Logging;

namespace Concurrency.Coordination;

/// <summary>The sentences about locks that are held for long.</summary>
internal static partial class LockLog
{
    [LoggerMessage(60, LogLevel.Warning, "An {Kind} has been held for {HeldFor}, and {Waiters} wait for it. Hold it for less, or do the waiting outside. {Holders}")]
    public static partial void Held(ILogger logger, string kind, TimeSpan heldFor, int waiters, string holders);

    [LoggerMessage(61, LogLevel.Error, "A callback for held locks threw.")]
    public static partial void CallbackFailed(ILogger logger, Exception error);
}
