namespace Concurrency.Examples.Daemon;

/// <summary>A wrong argument: one sentence that names it, its value and what is allowed.</summary>
internal sealed class UsageException(string message) : Exception(message);
