using Concurrency.Executors;
using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

/// <summary>How a <see cref="ResourcePool{T}"/> makes, keeps and closes its items.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
/// <remarks>None of the delegates runs under a lock. Each runs in the flow of the call that needs it, except where its text says otherwise.</remarks>
public sealed record ResourcePoolOptions<T>
{
    /// <summary>Names the pool in messages, logs and snapshots. The default is "pool".</summary>
    public string Name { get; init; } = "pool";

    /// <summary>How many items are made before they are needed, and are kept although they are idle: 0 to <see cref="MaximumSize"/>. The default is 0.</summary>
    /// <remarks>
    /// They are made by <see cref="ResourcePool{T}.PrepareAsync"/>, or else behind the first acquisition, one after the other.
    /// <see cref="MaximumAge"/> closes them all the same, and what has gone is made anew when it is needed.
    /// </remarks>
    public int MinimumSize { get; init; }

    /// <summary>How many items there may be at a time, with those that are being made or closed: 1 or more. The default is 4.</summary>
    public int MaximumSize { get; init; } = 4;

    /// <summary>Which idle item is handed out first. The default is <see cref="ResourcePoolOrder.Lifo"/>.</summary>
    public ResourcePoolOrder Order { get; init; } = ResourcePoolOrder.Lifo;

    /// <summary>Makes an item; its token is cancelled with that of the acquisition, when <see cref="CreateTimeout"/> has passed, and when the pool is disposed.</summary>
    public required Func<CancellationToken, ValueTask<T>> Factory { get; init; }

    /// <summary>Says whether an idle item is still good before it is handed out; null for always. One that is not, or fails here, is closed and skipped.</summary>
    public Func<T, CancellationToken, ValueTask<bool>>? Validate { get; init; }

    /// <summary>Makes an item ready for its next user when it is returned; null for nothing. If it fails, the item is closed.</summary>
    public Func<T, ValueTask>? Reset { get; init; }

    /// <summary>Closes an item; null to dispose it if it is <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/>.</summary>
    /// <remarks>Items that expire or are too many are closed behind the call or the timer that has found that out.</remarks>
    public Func<T, ValueTask>? Close { get; init; }

    /// <summary>How long an item may be idle before it is closed: zero to close it on return, or <see cref="Timeout.InfiniteTimeSpan"/>, the default.</summary>
    public TimeSpan IdleTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long after it was made an item is handed out no more: zero to close it on return, or <see cref="Timeout.InfiniteTimeSpan"/>, the default.</summary>
    public TimeSpan MaximumAge { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long making an item may take: above zero, or <see cref="Timeout.InfiniteTimeSpan"/>, the default.</summary>
    public TimeSpan CreateTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The clock of all these times; null for that of the executor that is current when the pool is made, or else the system's.</summary>
    public TimeProvider? TimeProvider { get; init; }

    /// <summary>Where failures are logged that no caller sees; the default is the standard error stream.</summary>
    public ILogger Logger { get; init; } = LastResortLogger.Instance;

    internal void ThrowIfInvalid()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Name);
        ArgumentNullException.ThrowIfNull(Factory);
        ArgumentNullException.ThrowIfNull(Logger);
        CheckSize(Name, MaximumSize, nameof(MaximumSize));
        if (MinimumSize < 0 || MinimumSize > MaximumSize)
        {
            throw new ArgumentOutOfRangeException(nameof(MinimumSize), MinimumSize,
                $"The pool '{Name}' cannot keep {MinimumSize} items of at most {MaximumSize}. Use 0 up to its maximum size.");
        }

        Check(IdleTimeout, nameof(IdleTimeout), zeroAllowed: true);
        Check(MaximumAge, nameof(MaximumAge), zeroAllowed: true);
        Check(CreateTimeout, nameof(CreateTimeout), zeroAllowed: false);
    }

    internal static void CheckSize(string pool, int size, string parameter)
    {
        if (size < 1)
        {
            throw new ArgumentOutOfRangeException(parameter, size, $"The pool '{pool}' cannot hold {size} items. Use a size of 1 or more.");
        }
    }

    private void Check(TimeSpan time, string option, bool zeroAllowed)
    {
        if (time != Timeout.InfiniteTimeSpan && (time < TimeSpan.Zero || (time == TimeSpan.Zero && !zeroAllowed)))
        {
            throw new ArgumentOutOfRangeException(option, time,
                $"The pool '{Name}' cannot have a {option} of {time}. Use {(zeroAllowed ? "zero or more" : "a time above zero")}, or Timeout.InfiniteTimeSpan for no limit.");
        }
    }
}
