namespace Concurrency.Coordination;

/// <summary>Tasks with a result that have ended.</summary>
/// <typeparam name="T">The type of the result.</typeparam>
public static class TaskConstants<T>
{
#pragma warning disable CA1000 // the names that programs are written against
    /// <summary>A task that ended with the default value of its type.</summary>
    public static Task<T> Default { get; } = Task.FromResult(default(T)!);

    /// <summary>A task that was cancelled.</summary>
    public static Task<T> Canceled { get; } = Task.FromCanceled<T>(new CancellationToken(canceled: true));
#pragma warning restore CA1000
}
