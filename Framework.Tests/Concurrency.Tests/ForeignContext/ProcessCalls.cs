using Concurrency.Executors.Processes;
using Concurrency.ProcessChild;
using Concurrency.Tests.Executors.Processes;

namespace Concurrency.Tests.ForeignContext;

internal static class ProcessCalls
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    public static IReadOnlyDictionary<string, Func<Call, Task>> Members { get; } = new Dictionary<string, Func<Call, Task>>
    {
        ["ProcessExecutor.RunAsync<TIn, TOut>(ProcessWork, TIn, CancellationToken)"] = call => WithAsync(e => call(() => e.RunAsync(Work.Square, 3))),
        ["ProcessExecutor.RunAsync<TIn, TOut>(ProcessWork, TIn, TimeSpan, CancellationToken)"] =
            call => WithAsync(e => call(() => e.RunAsync(Work.Square, 3, s_long))),
        ["ProcessExecutor.DrainAsync(TimeSpan)"] = call => WithAsync(async executor =>
        {
            var running = executor.RunAsync(Work.Square, 3);
            await call(() => executor.DrainAsync(s_long));
            await running;
        }),
        ["ProcessExecutor.DisposeAsync()"] = call => WithAsync(async executor =>
        {
            await executor.RunAsync(Work.Square, 3);
            await call(() => executor.DisposeAsync().AsTask());
        }),
        ["ProcessWorker.TryRunAsync(ProcessWorkCatalog)"] = call => call(() => ProcessWorker.TryRunAsync(Work.Catalog)),
    };

    private static async Task WithAsync(Func<ProcessExecutor, Task> row)
    {
        await using var executor = ProcessRig.Create();
        await row(executor);
    }
}
