using Concurrency.Execution;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Concurrency.Scopes;

/// <summary>How a <see cref="TaskScope"/> treats its children.</summary>
public sealed record TaskScopeOptions
{
    /// <summary>Names the scope in messages. The default is "scope".</summary>
    public string Name { get; init; } = "scope";

    /// <summary>What the failure of one child means for the others. The default is <see cref="TaskScopeFailureMode.FailFast"/>.</summary>
    public TaskScopeFailureMode FailureMode { get; init; } = TaskScopeFailureMode.FailFast;

    /// <summary>Where children run that name no executor; null for the executor that is current when the scope is opened, or the .NET thread pool.</summary>
    public Executor? Executor { get; init; }

    /// <summary>The scope that this one belongs to; null for the one that is current when it is opened, if any.</summary>
    /// <remarks>
    /// A parent named here cancels this scope when it is cancelled, and does not end before it. A parent that is merely current
    /// does neither: it is what a snapshot shows this scope beneath. Give its token to <c>RunAsync</c> to be cancelled with it.
    /// </remarks>
    public TaskScope? Parent { get; init; }

    /// <summary>How long the scope may be open before it is cancelled: above zero and up to 36,500 days, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>, the default.</summary>
    /// <remarks>If that cuts work short, the block throws a <see cref="TaskScopeCanceledException"/>.</remarks>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>The clock of <see cref="Timeout"/>; null for that of <see cref="Executor"/> or of the executor that is current, or the system's.</summary>
    public TimeProvider? TimeProvider { get; init; }

    /// <summary>Where a cancellation is logged with its reason; the default logs nowhere.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is zero, negative or too long.</exception>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Name);
        ArgumentNullException.ThrowIfNull(Logger);
        if ((Timeout <= TimeSpan.Zero || Timeout > LongWait.Longest) && Timeout != System.Threading.Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(Timeout), Timeout,
                $"The scope '{Name}' cannot have a timeout of {Timeout}. Use a time above zero and up to {LongWait.Longest.Days} days, or Timeout.InfiniteTimeSpan for none.");
        }
    }
}
