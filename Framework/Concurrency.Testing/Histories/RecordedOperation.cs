namespace Concurrency.Testing.Histories;

/// <summary>One operation of a history.</summary>
internal sealed class RecordedOperation<TOperation, TResult>(TOperation operation, long begin)
{
    public TOperation Operation => operation;

    public long Begin => begin;

    /// <summary>When it ended; the largest number if it did not.</summary>
    public long End { get; set; } = long.MaxValue;

    public bool HasEnded => End != long.MaxValue;

    public TResult Result { get; set; } = default!;

    public override string ToString() => HasEnded ? $"{operation} -> {Result}" : $"{operation} (not ended)";
}
