using System.Reflection;

namespace Concurrency.Execution;

/// <summary>Whether somebody awaits a task or has seen its failure.</summary>
/// <remarks>
/// .NET knows and does not say: it keeps a mark per failed task that its finalizer reads. The marks are read here, never written.
/// They are looked up by literal names, which trimming preserves, and proved on two tasks before they are trusted; on a runtime that
/// keeps them elsewhere every failure counts as seen, and what remains is .NET's own report when the task is collected.
/// </remarks>
internal static class TaskObservation
{
    private const BindingFlags Inside = BindingFlags.Instance | BindingFlags.NonPublic;

    private static readonly FieldInfo? s_continuation = typeof(Task).GetField("m_continuationObject", Inside);
    private static readonly FieldInfo? s_properties = typeof(Task).GetField("m_contingentProperties", Inside);
    private static readonly FieldInfo? s_holder =
        Type.GetType("System.Threading.Tasks.Task+ContingentProperties, System.Private.CoreLib")?.GetField("m_exceptionsHolder", Inside);

    private static readonly FieldInfo? s_isHandled =
        Type.GetType("System.Threading.Tasks.TaskExceptionHolder, System.Private.CoreLib")?.GetField("m_isHandled", Inside);

    /// <summary>Whether this runtime keeps the marks where they are looked for.</summary>
    public static bool IsAvailable { get; } = Prove();

    /// <summary>Whether somebody waits for a task that has not completed: an <c>await</c>, a continuation, a blocked thread.</summary>
    public static bool IsAwaited(Task task) => !IsAvailable || HasContinuation(task);

    /// <summary>Whether somebody has seen how a task failed, or waits to see it.</summary>
    public static bool IsSeen(Task task)
    {
        if (!IsAvailable)
        {
            return true;
        }

        return task.IsCompleted ? !task.IsFaulted || IsHandled(task) : HasContinuation(task);
    }

    private static bool HasContinuation(Task task) => s_continuation!.GetValue(task) is not null;

    private static bool IsHandled(Task task) =>
        s_properties!.GetValue(task) is { } properties && s_holder!.GetValue(properties) is { } holder && s_isHandled!.GetValue(holder) is true;

    private static bool Prove()
    {
        try
        {
            if (s_continuation is null || s_properties is null || s_holder is null || s_isHandled is null)
            {
                return false;
            }

            var pending = new TaskCompletionSource();
            var wasAwaited = HasContinuation(pending.Task);
            var waiting = pending.Task.ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            var isAwaited = HasContinuation(pending.Task);
            pending.SetException(new InvalidOperationException("The self-test of TaskObservation."));
            var wasHandled = IsHandled(pending.Task);
            _ = pending.Task.Exception;
            return waiting.IsCompleted && !wasAwaited && isAwaited && !wasHandled && IsHandled(pending.Task);
        }
        catch (Exception error) when (error is FieldAccessException or ArgumentException or NotSupportedException or TargetException)
        {
            return false;
        }
    }
}
