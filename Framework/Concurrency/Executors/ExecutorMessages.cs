using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>The sentences with which executors refuse work.</summary>
internal static class ExecutorMessages
{
    public static string Stopped(Executor executor, ExecutorPhase phase) => phase switch
    {
        ExecutorPhase.Draining => $"The {executor} is draining and takes no new work. Post before DrainAsync is called.",
        ExecutorPhase.Stopping => $"The {executor} was disposed and takes no new work. Dispose it after the components that use it.",
        _ => $"The {executor} refused the work. Try again.",
    };

    public static string Backlogged(Executor executor, int limit) =>
        $"The {executor} has {limit} callbacks queued, at which it refuses new work. Post less, or raise RejectAtBacklog.";

    public static string Full(Executor executor, int limit) =>
        $"The {executor} has {limit} pieces of new work queued, which is its limit. Post less, wait with RunAsync, or raise the queue limit.";
}
