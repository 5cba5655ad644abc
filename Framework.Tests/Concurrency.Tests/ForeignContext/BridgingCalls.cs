using Concurrency.Bridging;
using static Concurrency.Tests.ForeignContext.Calls;

namespace Concurrency.Tests.ForeignContext;

internal static class BridgingCalls
{
    public static IReadOnlyDictionary<string, Func<Call, Task>> Members { get; } = new Dictionary<string, Func<Call, Task>>
    {
        ["SyncBridge.RunAsync(Action, CancellationToken, Boolean)"] =
            call => HeldAsync(call, gate => SyncBridge.RunAsync(() => { SyncBridge.Await(gate); })),
        ["SyncBridge.RunAsync<T>(Func, CancellationToken, Boolean)"] =
            call => HeldAsync(call, gate => SyncBridge.RunAsync(() => SyncBridge.Await(async () => await gate))),
        ["BlockingWork.RunAsync(Action, CancellationToken)"] = call => HeldAsync(call, gate => BlockingWork.RunAsync(() => { Block(gate); })),
        ["BlockingWork.RunAsync<T>(Func, CancellationToken)"] = async call =>
        {
            using var source = new CancellationTokenSource();
            await HeldAsync(call, gate => BlockingWork.RunAsync(() => Block(gate), source.Token));
        },
        ["BlockingWork.StopAsync(TimeSpan)"] = call => HeldAsync(call, gate =>
        {
            _ = BlockingWork.RunAsync(() => Block(gate));
            return BlockingWork.StopAsync(Timeout.InfiniteTimeSpan);
        }),
        ["Coroutine.DisposeAsync()"] = async call =>
        {
            var coroutine = new Coroutine<int, int>((self, value) => self.Yield(value));
            coroutine.Switch(1);
            await call(() => coroutine.DisposeAsync().AsTask());
        },
    };

    private static T Block<T>(Task<T> gate) => gate.Result;
}
