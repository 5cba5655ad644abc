using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>How one piece of work ended: with a result, or with an error.</summary>
/// <typeparam name="T">The result.</typeparam>
public readonly record struct TaskOutcome<T>
{
    private readonly T? _result;

    private TaskOutcome(T? result, Exception? error)
    {
        _result = result;
        Error = error;
    }

    /// <summary>The error, an <see cref="OperationCanceledException"/> if the work was cancelled; null if it succeeded.</summary>
    public Exception? Error { get; }

    /// <summary>Whether there is a result.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null;

    /// <summary>The result; if there is none, throws the error.</summary>
    public T Result
    {
        get
        {
            if (Error is not null)
            {
                ExceptionDispatchInfo.Throw(Error);
            }

            return _result!;
        }
    }

    internal static TaskOutcome<T> Of(T result) => new(result, null);

    internal static TaskOutcome<T> Of(Exception error) => new(default, error);

    /// <summary>Waits for a task and reads how it ended.</summary>
    internal static async Task<TaskOutcome<T>> OfAsync(Task<T> task)
    {
        try
        {
            return new TaskOutcome<T>(await task.ConfigureAwait(Executor.Current is not null), null);
        }
        catch (Exception error)
        {
            return new TaskOutcome<T>(default, error);
        }
    }
}
