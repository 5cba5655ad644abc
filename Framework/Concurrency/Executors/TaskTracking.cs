using Concurrency.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Lists the tasks that run on executors, while somebody asks for it.</summary>
/// <remarks>
/// Off, it costs one read per task. On, each task started with <c>RunAsync</c> or <c>InvokeAsync</c> is held strongly from its start to
/// its end, with a name, and shown by <see cref="ConcurrencySnapshot"/>. Tasks that were started before are not listed. A listener of
/// the event source <see cref="ConcurrencyTelemetry.Name"/> with the keyword for tasks turns it on, too. All members are safe to call
/// from any thread.
/// </remarks>
public static class TaskTracking
{
    private static readonly QuietLock s_gate = new();
    private static readonly List<Tracking> s_users = [];
    private static LiveTaskRegistry? s_registry;
    private static Tracking? s_events;

    /// <summary>Whether tasks are listed.</summary>
    public static bool IsEnabled => RootTaskWatch.Current is not null;

    /// <summary>The tasks that were started and have not ended, in the order of their start; empty while tracking is off.</summary>
    public static IReadOnlyList<LiveTask> All => Volatile.Read(ref s_registry)?.All ?? [];

    /// <summary>The task whose code the calling thread runs; null outside, and for tasks that are not listed.</summary>
    public static LiveTask? Current => LiveTaskRegistry.Running;

    /// <summary>Lists the tasks that are started from now on.</summary>
    /// <param name="recordStacks">Whether to record the stack that starts a task: some ten microseconds each.</param>
    /// <returns>What turns it off when disposed, unless somebody else has turned it on as well. To be ignored if it is to stay on.</returns>
    public static IDisposable Enable(bool recordStacks = false)
    {
        var user = new Tracking(recordStacks);
        using (s_gate.EnterScope())
        {
            s_users.Add(user);
            ApplyLocked();
        }

        return user;
    }

    /// <summary>Connects the event source; called once by whatever makes the first executor.</summary>
    internal static void Attach() => ConcurrencyEvents.OnTasksWanted(static wanted =>
    {
        Tracking? former;
        using (s_gate.EnterScope())
        {
            former = s_events;
            s_events = wanted ? new Tracking(recordStacks: false) : null;
            if (s_events is not null)
            {
                s_users.Add(s_events);
                ApplyLocked();
            }
        }

        former?.Dispose();
    });

    private static void ApplyLocked()
    {
        if (s_users.Count == 0)
        {
            RootTaskWatch.Current = null;
            if (s_registry is { } ended)
            {
                LiveObjects.RemoveProvider(ended.Objects);
            }

            Volatile.Write(ref s_registry, null);
            return;
        }

        if (s_registry is null)
        {
            Volatile.Write(ref s_registry, new LiveTaskRegistry());
            LiveObjects.AddProvider(s_registry.Objects);
        }

        s_registry.RecordsStacks = s_users.Exists(static user => user.RecordsStacks);
        RootTaskWatch.Current = s_registry;
    }

    private sealed class Tracking(bool recordStacks) : IDisposable
    {
        public bool RecordsStacks => recordStacks;

        public void Dispose()
        {
            using (s_gate.EnterScope())
            {
                if (s_users.Remove(this))
                {
                    ApplyLocked();
                }
            }
        }
    }
}
