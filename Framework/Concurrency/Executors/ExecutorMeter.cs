using System.Diagnostics.Metrics;
using Concurrency.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Shows the statistics of the running executors to System.Diagnostics.Metrics.</summary>
/// <remarks>Observable instruments only: they cost nothing until somebody listens, and nothing per callback. Executors of the same name and kind are summed.</remarks>
internal static class ExecutorMeter
{
    private static readonly Meter s_meter = CreateMeter();

    // Not observed like the others: they come when the executor ends, and nothing asks it afterwards.
    private static readonly Counter<long> s_unseen = s_meter.CreateCounter<long>(
        "concurrency.executor.failures_unseen", "{task}", "Tasks that failed and that nobody had awaited.");

    /// <summary>Makes the instruments known, once.</summary>
    public static void Start() => GC.KeepAlive(s_meter);

    /// <summary>Counts a failure that nobody has seen.</summary>
    public static void CountUnseen(Executor executor) => s_unseen.Add(
        1,
        new KeyValuePair<string, object?>("executor", executor.Name),
        new KeyValuePair<string, object?>("kind", executor.Kind.ToString()));

    private static Meter CreateMeter()
    {
        var meter = new Meter(ConcurrencyTelemetry.Name);
        Count("accepted", static s => s.Accepted, "{callback}", "Callbacks that were taken in.");
        Count("executed", static s => s.Executed, "{callback}", "Callbacks that were run to their end.");
        Count("rejected", static s => s.Rejected, "{callback}", "New work that was refused.");
        Count("failed", static s => s.Failed, "{callback}", "Callbacks that threw to the executor.");
        Count("tasks_started", static s => s.TasksStarted, "{task}", "Tasks whose work has begun.");
        Count("tasks_cancelled", static s => s.TasksCancelled, "{task}", "Tasks that ended cancelled.");
        Count("tasks_failed", static s => s.TasksFailed, "{task}", "Tasks that ended with an exception.");
        Count("long_turns", static s => s.LongTurns, "{turn}", "Turns over the limit.");
        Count("blocking_waits", static s => s.BlockingWaits, "{wait}", "Blocking waits that were seen.");
        meter.CreateObservableCounter(
            "concurrency.executor.queue_wait", static () => Measure(static s => s.QueueWait.TotalSeconds), "s", "Time that started tasks waited for their first turn.");
        meter.CreateObservableCounter(
            "concurrency.executor.run_time", static () => Measure(static s => s.RunTime.TotalSeconds), "s", "Time that turns took.");
        Level("queued", static s => s.Queued, "{callback}", "Callbacks that wait to be run.");
        Level("running", static s => s.Running, "{callback}", "Callbacks that are being run.");
        Level("in_flight", static s => s.InFlight, "{task}", "Work that was admitted and has not completed.");
        Level("delayed", static s => s.Delayed, "{callback}", "Work that waits for its time.");
        Level("threads", static s => s.Threads, "{thread}", "Threads.");
        Level("idle_threads", static s => s.IdleThreads, "{thread}", "Threads that have nothing to do.");
        Level("blocked_threads", static s => s.BlockedThreads, "{thread}", "Threads that are in a blocking wait.");
        return meter;

        void Count(string name, Func<ExecutorStatistics, long> select, string unit, string description) =>
            meter.CreateObservableCounter($"concurrency.executor.{name}", () => Measure(select), unit, description);

        void Level(string name, Func<ExecutorStatistics, long> select, string unit, string description) =>
            meter.CreateObservableUpDownCounter($"concurrency.executor.{name}", () => Measure(select), unit, description);
    }

    private static List<Measurement<T>> Measure<T>(Func<ExecutorStatistics, T> select)
        where T : struct, System.Numerics.INumber<T>
    {
        var sums = new Dictionary<(string Name, ExecutorKind Kind), T>();
        foreach (var presence in LiveObjects.Current.OfType<ExecutorPresence>())
        {
            var key = (presence.Name, presence.Executor.Kind);
            sums[key] = sums.GetValueOrDefault(key) + select(presence.Executor.Statistics);
        }

        return [.. sums.Select(static sum => new Measurement<T>(
            sum.Value,
            new KeyValuePair<string, object?>("executor", sum.Key.Name),
            new KeyValuePair<string, object?>("kind", sum.Key.Kind.ToString())))];
    }
}
