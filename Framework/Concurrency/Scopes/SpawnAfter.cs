using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Starts work after a time, whether or not the code that asked for it still runs then.</summary>
/// <remarks>
/// Work that is to end with a block belongs into <see cref="TaskScope.SpawnAfter"/>. Members are safe to call from any thread.
/// </remarks>
public static class SpawnAfter
{
    /// <summary>Starts work after a time.</summary>
    /// <param name="delay">0 to 36,500 days.</param>
    /// <param name="name">Names the work in messages.</param>
    /// <param name="work">Receives a token that is cancelled when the work is told to stop.</param>
    /// <param name="options">Executor and clock; null for the defaults.</param>
    /// <returns>The work. Cancelled before its time has passed, it never runs.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative or too long.</exception>
    public static SpawnedWork Start(TimeSpan delay, string name, Func<CancellationToken, Task> work, SpawnAfterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Begin(delay, name, WithoutResult.Of(work), options);
    }

    /// <summary>Starts work that has a result after a time.</summary>
    /// <inheritdoc cref="Start(TimeSpan, string, Func{CancellationToken, Task}, SpawnAfterOptions?)"/>
    public static SpawnedWork<T> Start<T>(TimeSpan delay, string name, Func<CancellationToken, Task<T>> work, SpawnAfterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Begin(delay, name, work, options);
    }

    private static SpawnedWork<T> Begin<T>(TimeSpan delay, string name, Func<CancellationToken, Task<T>> work, SpawnAfterOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        options ??= new SpawnAfterOptions();
        var executor = options.Executor ?? Executor.Current;
        var spawned = new SpawnedWork<T>(name, work, new UnwatchedOwner(options.Logger));
        var timer = new LongTimer(delay, options.TimeProvider ?? executor?.TimeProvider ?? TimeProvider.System, () => spawned.Start(executor));
        spawned.Before = timer;
        timer.Start();
        return spawned;
    }
}
