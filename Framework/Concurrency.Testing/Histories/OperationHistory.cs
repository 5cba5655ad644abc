using Concurrency.Execution;

namespace Concurrency.Testing.Histories;

/// <summary>The operations that were done on one thing, with the order of their beginnings and ends.</summary>
/// <typeparam name="TOperation">What was asked.</typeparam>
/// <typeparam name="TResult">What was answered.</typeparam>
/// <remarks>An operation that failed or never ended may have had its effect or not. For one thread at a time, as a simulation is.</remarks>
public sealed class OperationHistory<TOperation, TResult>
{
    private readonly List<RecordedOperation<TOperation, TResult>> _operations = [];
    private long _now;

    /// <summary>How many operations have begun.</summary>
    public int Count => _operations.Count;

    internal IReadOnlyList<RecordedOperation<TOperation, TResult>> Operations => _operations;

    /// <summary>Does an operation and notes when it began and ended.</summary>
    /// <param name="operation">What is asked.</param>
    /// <param name="execute">Asks it.</param>
    /// <returns>The answer.</returns>
    public async Task<TResult> RecordAsync(TOperation operation, Func<Task<TResult>> execute)
    {
        ArgumentNullException.ThrowIfNull(execute);
        var recorded = Begin(operation);
        var result = await execute().ConfigureAwait(Executor.Current is not null);
        End(recorded, result);
        return result;
    }

    /// <summary>Does an operation that does not wait and notes it.</summary>
    /// <inheritdoc cref="RecordAsync"/>
    public TResult Record(TOperation operation, Func<TResult> execute)
    {
        ArgumentNullException.ThrowIfNull(execute);
        var recorded = Begin(operation);
        var result = execute();
        End(recorded, result);
        return result;
    }

    private RecordedOperation<TOperation, TResult> Begin(TOperation operation)
    {
        var recorded = new RecordedOperation<TOperation, TResult>(operation, ++_now);
        _operations.Add(recorded);
        return recorded;
    }

    private void End(RecordedOperation<TOperation, TResult> recorded, TResult result)
    {
        recorded.Result = result;
        recorded.End = ++_now;
    }
}
