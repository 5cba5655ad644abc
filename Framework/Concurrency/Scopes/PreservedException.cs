using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Concurrency.Execution;
using Concurrency.Executors;
using Microsoft.Extensions.Logging;

namespace Concurrency.Scopes;

/// <summary>Keeps an error while something is cleaned up after it, and throws it again with its own stack, whatever the cleaning up does.</summary>
/// <remarks>
/// A plain <c>throw;</c> does that as long as the cleaning up cannot fail. Here its failure is logged, and the original error goes on.
/// Not safe for several threads at a time.
/// </remarks>
public sealed class PreservedException
{
    private readonly ExceptionDispatchInfo _captured;
    private readonly ILogger _logger;

    private PreservedException(Exception error, ILogger? logger)
    {
        _captured = ExceptionDispatchInfo.Capture(error);
        _logger = logger ?? LastResortLogger.Instance;
    }

    /// <summary>The error.</summary>
    public Exception Error => _captured.SourceException;

    /// <summary>Whether the error is thrown again after the cleaning up, which may change that. The default is true.</summary>
    public bool IsRethrown { get; set; } = true;

    /// <summary>Keeps an error.</summary>
    /// <param name="error">The error that was caught.</param>
    /// <param name="logger">Where a failure of the cleaning up is logged; null for the standard error stream.</param>
    public static PreservedException Capture(Exception error, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new PreservedException(error, logger);
    }

    /// <summary>Cleans up and throws the error again, unless <see cref="IsRethrown"/> was set to false.</summary>
    /// <param name="cleanup">Receives this object. If it fails, its failure is logged, and the original error is thrown in any case.</param>
    public void Run(Action<PreservedException> cleanup)
    {
        ArgumentNullException.ThrowIfNull(cleanup);
        try
        {
            cleanup(this);
        }
        catch (Exception failure) when (!ReferenceEquals(failure, Error))
        {
            OnFailed(failure);
        }

        RethrowIfWanted();
    }

    /// <summary>Cleans up and throws the error again, unless <see cref="IsRethrown"/> was set to false.</summary>
    /// <param name="cleanup">Receives this object. If it fails, its failure is logged, and the original error is thrown in any case.</param>
    public async Task RunAsync(Func<PreservedException, Task> cleanup)
    {
        ArgumentNullException.ThrowIfNull(cleanup);
        try
        {
            await cleanup(this).ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception failure) when (!ReferenceEquals(failure, Error))
        {
            OnFailed(failure);
        }

        RethrowIfWanted();
    }

    /// <summary>Throws the error again, with the stack it was first thrown with.</summary>
    [DoesNotReturn]
    public void Rethrow() => _captured.Throw();

    private void OnFailed(Exception failure)
    {
        IsRethrown = true;
        _logger.CleanupFailed(Error.Message, failure);
    }

    private void RethrowIfWanted()
    {
        if (IsRethrown)
        {
            Rethrow();
        }
    }
}
