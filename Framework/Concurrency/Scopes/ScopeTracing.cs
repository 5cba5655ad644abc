using System.Diagnostics;
using Concurrency.Diagnostics;

namespace Concurrency.Scopes;

/// <summary>Shows scopes and their children as activities, while somebody listens.</summary>
internal static class ScopeTracing
{
    private const string ScopeOperation = "concurrency.scope";
    private const string ChildOperation = "concurrency.child";
    private const string Completed = "completed";
    private const string Failed = "failed";
    private const string Cancelled = "cancelled";

    /// <summary>Whether somebody listens: all that is asked for each child while nobody does.</summary>
    public static bool IsOn => ConcurrencyTelemetry.Scopes.HasListeners();

    /// <summary>Begins the activity of a scope, which is the caller's current one from now on; null if nobody wants it.</summary>
    public static Activity? Begin(TaskScope scope)
    {
        var activity = IsOn ? ConcurrencyTelemetry.Scopes.StartActivity(ScopeOperation) : null;
        return Named(activity, scope.Name);
    }

    /// <summary>Ends the activity of a scope in which everything has ended.</summary>
    public static void End(Activity? activity, TaskScope scope, OperationCanceledException? gaveIn)
    {
        if (activity is not null)
        {
            var failure = scope.Outcome.FirstFailure;
            End(activity, failure, failure is null && scope.Outcome.IsUnfinished(gaveIn), scope.Reason);
        }
    }

    /// <summary>Work that is an activity from its first turn to its end; it belongs to that of the scope if its starter has none.</summary>
    public static Func<CancellationToken, TTask> Observe<TTask>(TaskScope scope, string name, Func<CancellationToken, TTask> work)
        where TTask : Task
    {
        var starter = Activity.Current?.Context ?? scope.TraceContext;
        return cancellationToken => Run(scope, name, work, starter, cancellationToken);
    }

    private static TTask Run<TTask>(
        TaskScope scope, string name, Func<CancellationToken, TTask> work, ActivityContext starter, CancellationToken cancellationToken)
        where TTask : Task
    {
        var before = Activity.Current;
        var activity = Named(ConcurrencyTelemetry.Scopes.StartActivity(ChildOperation, ActivityKind.Internal, starter), name);
        if (activity is null)
        {
            return work(cancellationToken);
        }

        activity.SetTag("concurrency.scope", scope.Name);
        try
        {
            // The task itself and no wrapper goes on to the scope: it may hold several failures.
            var task = work(cancellationToken);
            _ = (task ?? Task.CompletedTask).ContinueWith(
                static (ended, state) =>
                {
                    var (activity, scope) = ((Activity, TaskScope))state!;
                    End(activity, ended.Exception?.InnerException, ended.IsCanceled, scope.Reason);
                },
                (activity, scope),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            return task!;
        }
        catch (Exception error)
        {
            var isCancelled = error is OperationCanceledException;
            End(activity, isCancelled ? null : error, isCancelled, scope.Reason);
            throw;
        }
        finally
        {
            Activity.Current = before;
        }
    }

    private static Activity? Named(Activity? activity, string name)
    {
        if (activity is not null)
        {
            activity.DisplayName = name;
            activity.SetTag("concurrency.name", name);
        }

        return activity;
    }

    private static void End(Activity activity, Exception? failure, bool isCancelled, string? reason)
    {
        activity.SetTag("concurrency.outcome", failure is not null ? Failed : isCancelled ? Cancelled : Completed);
        if (reason is not null)
        {
            activity.SetTag("concurrency.reason", reason);
        }

        if (failure is not null)
        {
            activity.SetTag("error.type", failure.GetType().FullName);
            activity.SetStatus(ActivityStatusCode.Error, failure.Message);
        }

        activity.Dispose();
    }
}
