namespace Concurrency.Executors.Processes;

/// <summary>An input or output that its JSON metadata cannot read or write; reported under the name of the inner error.</summary>
internal sealed class BodyException(string message, Exception innerException) : Exception(message, innerException);
