namespace Concurrency.Coordination;

/// <summary>Tasks that have ended.</summary>
public static class TaskConstants
{
    /// <summary>A task that ended with true.</summary>
    public static Task<bool> BooleanTrue { get; } = Task.FromResult(true);

    /// <summary>A task that ended with false.</summary>
    public static Task<bool> BooleanFalse => TaskConstants<bool>.Default;

    /// <summary>A task that ended with 0.</summary>
    public static Task<int> Int32Zero => TaskConstants<int>.Default;

    /// <summary>A task that ended with -1.</summary>
    public static Task<int> Int32NegativeOne { get; } = Task.FromResult(-1);

    /// <summary>A task that ended well.</summary>
    public static Task Completed => Task.CompletedTask;

    /// <summary>A task that was cancelled.</summary>
    public static Task Canceled => TaskConstants<object>.Canceled;
}
