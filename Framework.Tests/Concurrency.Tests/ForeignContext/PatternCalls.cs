using Concurrency.Channels;
using Concurrency.Patterns;
using static Concurrency.Tests.ForeignContext.Calls;

namespace Concurrency.Tests.ForeignContext;

internal static class PatternCalls
{
    public static IReadOnlyDictionary<string, Func<Call, Task>> Members { get; } = new Dictionary<string, Func<Call, Task>>
    {
        ["Component.StartAsync(CancellationToken)"] = call => OnEachAsync(async executor =>
        {
            await using var component = ComponentOver(BoundedChannel.Create<int>(4), executor, (_, _) => default);
            await call(() => component.StartAsync());
        }),
        ["Component.StopAsync(CancellationToken)"] = call => OnEachAsync(e => EndComponentAsync(call, e, c => c.StopAsync().AsTask())),
        ["Component.DisposeAsync()"] = call => OnEachAsync(e => EndComponentAsync(call, e, c => c.DisposeAsync().AsTask())),
        ["Component over an IAsyncEnumerable"] = call => OnEachAsync(async executor =>
        {
            await call(() => BoundedChannel.Create<int>(4).Reader.ReadAllAsync().RunOn(executor, (_, _) => default).DisposeAsync().AsTask());
        }),
        ["ReaderSource.StartAsync(Executor, CancellationToken)"] = call => StartAsync(call, () => new ReaderSource<int>(BoundedChannel.Create<int>(4).Reader)),
        ["ReaderSource.StopAsync(CancellationToken)"] = call => StopAsync(call, () => new ReaderSource<int>(BoundedChannel.Create<int>(4).Reader)),
        ["ReaderSource.DisposeAsync()"] = call => DisposeAsync(call, () => new ReaderSource<int>(BoundedChannel.Create<int>(4).Reader)),
    };
}
