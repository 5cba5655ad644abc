using Concurrency.Execution;

namespace Concurrency.Testing.Schedules;

/// <summary>What an actor has taken, or waits for.</summary>
/// <param name="Operation">How.</param>
/// <param name="Resource">What.</param>
internal readonly record struct Hold(OperationKind Operation, object Resource);
