using Microsoft.Extensions.Logging;

namespace Concurrency.Inspection;

/// <summary>Every sentence that snapshot servers log.</summary>
internal static partial class SnapshotServerLog
{
    [LoggerMessage(1, LogLevel.Information, "Snapshots of this process are served at {Place}.")]
    public static partial void Listens(ILogger logger, string place);

    [LoggerMessage(2, LogLevel.Information, "The socket file '{Path}' belonged to a process that has ended; it was replaced.")]
    public static partial void StaleFileReplaced(ILogger logger, string path);

    [LoggerMessage(3, LogLevel.Warning, "A client was refused at {Place}, number {Number} of such: {Clients} are connected, and no more are allowed. Raise MaximumClients, or disconnect one.")]
    public static partial void TooMany(ILogger logger, string place, long number, int clients);

    [LoggerMessage(4, LogLevel.Warning, "A client was disconnected at {Place}, number {Number} of such: it did not give the token.")]
    public static partial void WrongToken(ILogger logger, string place, long number);

    [LoggerMessage(5, LogLevel.Warning, "A client could not be accepted at {Place}, number {Number} of such. It is tried again in {Pause}.")]
    public static partial void AcceptFailed(ILogger logger, string place, long number, TimeSpan pause, Exception error);

    [LoggerMessage(6, LogLevel.Error, "The session of a client at {Place} failed.")]
    public static partial void SessionFailed(ILogger logger, string place, Exception error);

    [LoggerMessage(7, LogLevel.Information, "A client at {Place} turned the recording of stacks {State}.")]
    public static partial void StacksTurned(ILogger logger, string place, string state);
}
