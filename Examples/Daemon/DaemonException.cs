namespace Concurrency.Examples.Daemon;

/// <summary>The daemon cannot start; the message says why in one sentence.</summary>
internal sealed class DaemonException(string message, Exception? inner = null) : Exception(message, inner);
