using System.Diagnostics.Tracing;

namespace Concurrency.Diagnostics;

/// <summary>What happens to tasks and executors, for <c>dotnet-trace</c> and other listeners of event sources.</summary>
/// <remarks>
/// Costs nothing while nobody listens: events about tasks come from the list of live tasks, which is off by default and which a
/// listener turns on.
/// </remarks>
[EventSource(Name = ConcurrencyTelemetry.Name)]
internal sealed class ConcurrencyEvents : EventSource
{
    public static readonly ConcurrencyEvents Log = new();

    private readonly Lock _gate = new();
    private Action<bool>? _tasksWanted;
    private bool _areTasksWanted;

    private ConcurrencyEvents()
    {
    }

    /// <summary>Calls back when events about tasks become wanted or unwanted; at once if they are wanted already.</summary>
    [NonEvent]
    public static void OnTasksWanted(Action<bool> callback)
    {
        if (Volatile.Read(ref Log._tasksWanted) is not null)
        {
            return;
        }

        lock (Log._gate)
        {
            if (Log._tasksWanted is not null)
            {
                return;
            }

            Volatile.Write(ref Log._tasksWanted, callback);
            if (Log._areTasksWanted)
            {
                callback(true);
            }
        }
    }

    [Event(1, Level = EventLevel.Informational, Keywords = Keywords.Tasks, Message = "Task {0} '{1}' was started on {2}.")]
    public void TaskStarted(long id, string name, string executor)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Tasks))
        {
            WriteEvent(1, (EventSourcePrimitive)id, (EventSourcePrimitive)name, (EventSourcePrimitive)executor);
        }
    }

    [Event(2, Level = EventLevel.Informational, Keywords = Keywords.Tasks, Message = "Task {0} has ended.")]
    public void TaskEnded(long id)
    {
        if (IsEnabled(EventLevel.Informational, Keywords.Tasks))
        {
            WriteEvent(2, id);
        }
    }

    [Event(3, Level = EventLevel.Verbose, Keywords = Keywords.Tasks, Message = "A thread runs the code of task {0}.")]
    public void TaskResumed(long id)
    {
        if (IsEnabled(EventLevel.Verbose, Keywords.Tasks))
        {
            WriteEvent(3, id);
        }
    }

    [Event(4, Level = EventLevel.Verbose, Keywords = Keywords.Tasks, Message = "A thread runs the code of task {0} no longer.")]
    public void TaskSuspended(long id)
    {
        if (IsEnabled(EventLevel.Verbose, Keywords.Tasks))
        {
            WriteEvent(4, id);
        }
    }

    [Event(5, Level = EventLevel.Error, Keywords = Keywords.Failures, Message = "'{0}' failed on '{1}' and nobody awaits it: {2}: {3}")]
    public void FailureUnseen(string name, string executor, string error, string message)
    {
        if (IsEnabled(EventLevel.Error, Keywords.Failures))
        {
            WriteEvent(5, (EventSourcePrimitive)name, (EventSourcePrimitive)executor, (EventSourcePrimitive)error, (EventSourcePrimitive)message);
        }
    }

    [Event(6, Level = EventLevel.Warning, Keywords = Keywords.Locks, Message = "{0}: {1} wait, the first for {2} ms.")]
    public void LockHeld(string kind, int waiters, long milliseconds)
    {
        if (IsEnabled(EventLevel.Warning, Keywords.Locks))
        {
            WriteEvent(6, (EventSourcePrimitive)kind, (EventSourcePrimitive)waiters, (EventSourcePrimitive)milliseconds);
        }
    }

    protected override void OnEventCommand(EventCommandEventArgs command)
    {
        lock (_gate)
        {
            var areWanted = IsEnabled(EventLevel.Informational, Keywords.Tasks);
            if (areWanted != _areTasksWanted)
            {
                _areTasksWanted = areWanted;
                _tasksWanted?.Invoke(areWanted);
            }
        }
    }

    /// <summary>The groups of events that can be asked for.</summary>
    public static class Keywords
    {
        public const EventKeywords Tasks = (EventKeywords)1;
        public const EventKeywords Failures = (EventKeywords)2;
        public const EventKeywords Locks = (EventKeywords)4;
    }
}
