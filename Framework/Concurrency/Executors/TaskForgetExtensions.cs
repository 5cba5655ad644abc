using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Concurrency.Executors;

/// <summary>Lets a task run on without an awaiter, and its failure still be seen.</summary>
public static class TaskForgetExtensions
{
    /// <summary>Says that nobody will await a task: if it fails, that is logged at once, with its name and the place of this call.</summary>
    /// <param name="task">The task. That it is cancelled is no failure.</param>
    /// <param name="name">What to call it; null for the member that forgets it.</param>
    /// <param name="logger">Where to log; null for the standard error stream.</param>
    /// <param name="member">Given by the compiler.</param>
    /// <param name="file">Given by the compiler.</param>
    /// <param name="line">Given by the compiler.</param>
    public static void Forget(
        this Task task,
        string? name = null,
        ILogger? logger = null,
        [CallerMemberName] string member = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        var log = logger ?? LastResortLogger.Instance;
        Watch(task, name ?? member, Place(member, file, line), log, failure =>
            TaskFailureLog.Forgotten(log, failure.Name, failure.CreatedAt, failure.Error));
    }

    /// <summary>Says that nobody will await a task: if it fails, a callback is told at once.</summary>
    /// <param name="task">The task. That it is cancelled is no failure.</param>
    /// <param name="onFailure">Called once, on the .NET thread pool; what it throws is written to the standard error stream.</param>
    /// <param name="name">What to call it; null for the member that forgets it.</param>
    /// <param name="member">Given by the compiler.</param>
    /// <param name="file">Given by the compiler.</param>
    /// <param name="line">Given by the compiler.</param>
    public static void Forget(
        this Task task,
        Action<TaskFailure> onFailure,
        string? name = null,
        [CallerMemberName] string member = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(onFailure);
        Watch(task, name ?? member, Place(member, file, line), LastResortLogger.Instance, onFailure);
    }

    private static void Watch(Task task, string name, string place, ILogger log, Action<TaskFailure> sink)
    {
        ArgumentNullException.ThrowIfNull(task);
        Unawaited.Observe(
            task,
            name,
            (executor, error) =>
            {
                try
                {
                    sink(new TaskFailure(name, executor, error, place));
                }
                catch (Exception failure)
                {
                    TaskFailureLog.SinkFailed(log, name, failure);
                }
            },
            onPool: true);
    }

    private static string Place(string member, string file, int line) =>
        string.Create(CultureInfo.InvariantCulture, $"{member} in {file}:line {line}");
}
