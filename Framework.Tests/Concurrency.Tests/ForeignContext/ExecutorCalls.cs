using Concurrency.Executors;
using static Concurrency.Tests.ForeignContext.Calls;

namespace Concurrency.Tests.ForeignContext;

internal static class ExecutorCalls
{
    public static IReadOnlyDictionary<string, Func<Call, Task>> Members { get; } = new Dictionary<string, Func<Call, Task>>
    {
        ["DescriptorReadiness.WaitReadableAsync"] = call => OnEachAsync(executor => WatchAsync(call, executor), ["cooperative", "thread", "pool:4"]),
        ["Executor.RunAsync(Func, CancellationToken)"] = call => OnEachAsync(e => HeldAsync(call, gate => e.RunAsync(async _ => await gate))),
        ["Executor.RunAsync<T>(Func, CancellationToken)"] = call => OnEachAsync(e => HeldAsync(call, gate => e.RunAsync<int>(async _ => await gate))),
        ["Executor.InvokeAsync(Action, CancellationToken)"] = call => OnEachAsync(e => call(() => e.InvokeAsync(() => { }))),
        ["Executor.InvokeAsync<T>(Func, CancellationToken)"] = call => OnEachAsync(e => call(() => e.InvokeAsync(() => 1))),
        ["NamedWorkExtensions.RunAsync(Executor, String, Func, CancellationToken)"] =
            call => OnEachAsync(e => call(() => e.RunAsync("named", _ => Task.CompletedTask))),
        ["NamedWorkExtensions.RunAsync<T>(Executor, String, Func, CancellationToken)"] =
            call => OnEachAsync(e => call(() => e.RunAsync("named", _ => Task.FromResult(1)))),
        ["Executor.RunAfterAsync(TimeSpan, Func, CancellationToken)"] =
            call => OnEachAsync(e => HeldAsync(call, gate => e.RunAfterAsync(TimeSpan.Zero, async _ => await gate))),
        ["Executor.RunAfterAsync<T>(TimeSpan, Func, CancellationToken)"] =
            call => OnEachAsync(e => HeldAsync(call, gate => e.RunAfterAsync<int>(TimeSpan.Zero, async _ => await gate))),
        ["Executor.InvokeAfterAsync(TimeSpan, Action, CancellationToken)"] =
            call => OnEachAsync(e => call(() => e.InvokeAfterAsync(TimeSpan.FromMilliseconds(1), () => { }))),
        ["Executor.InvokeAfterAsync<T>(TimeSpan, Func, CancellationToken)"] =
            call => OnEachAsync(e => call(() => e.InvokeAfterAsync(TimeSpan.Zero, () => 1))),
        ["Executor.DrainAsync(TimeSpan, Boolean)"] = call => OnEachAsync(e => DrainAsync(call, e, cancelNotStarted: true)),
        ["SingleThreadExecutor.DrainAsync(TimeSpan)"] = call => OnEachAsync(e => DrainAsync(call, e), ["cooperative", "thread"]),
        ["PoolExecutor.DrainAsync(TimeSpan)"] = call => OnEachAsync(e => DrainAsync(call, e), ["pool:1", "pool:4"]),
        ["InlineExecutor.DrainAsync(TimeSpan)"] = call => OnEachAsync(e => DrainAsync(call, e), ["inline"]),
        ["SingleThreadExecutor.DisposeAsync()"] = call => OnEachAsync(e => DisposeAsync(call, e), ["cooperative", "thread"]),
        ["PoolExecutor.DisposeAsync()"] = call => OnEachAsync(e => DisposeAsync(call, e), ["pool:1", "pool:4"]),
        ["InlineExecutor.DisposeAsync()"] = call => OnEachAsync(e => DisposeAsync(call, e), ["inline"]),
        ["ExecutorRegistry.DisposeAsync()"] = DisposeRegistryAsync,
    };
}
