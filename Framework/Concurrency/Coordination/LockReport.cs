using System.Globalization;

namespace Concurrency.Coordination;

/// <summary>A lock that is held while somebody waits for it longer than the limit of <see cref="LockWatch"/>.</summary>
/// <param name="Kind">The type of the lock: "AsyncLock", "AsyncSemaphore", "AsyncReaderWriterLock".</param>
/// <param name="HeldFor">How long nobody has let the first waiter in; the lock has been held at least as long.</param>
/// <param name="Waiters">How many wait now.</param>
/// <param name="Holders">The stacks of those who hold it now, each from where it was asked for; empty unless stacks are recorded.</param>
public sealed record LockReport(string Kind, TimeSpan HeldFor, int Waiters, IReadOnlyList<string> Holders)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"An {Kind} has let nobody in for {HeldFor}, and {Waiters} wait.{string.Concat(Holders.Select((stack, index) => $"\nHolder {index + 1} asked for it at\n{stack}"))}");
}
