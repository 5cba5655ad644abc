using Concurrency.Sources;
using static Concurrency.Tests.ForeignContext.Calls;

namespace Concurrency.Tests.ForeignContext;

internal static class SourceCalls
{
    public static IReadOnlyDictionary<string, Func<Call, Task>> Members { get; } = new Dictionary<string, Func<Call, Task>>
    {
        ["TimerSource.StartAsync(Executor, CancellationToken)"] = call => StartAsync(call, () => new TimerSource(Long)),
        ["TimerSource.StopAsync(CancellationToken)"] = call => StopAsync(call, () => new TimerSource(Long)),
        ["TimerSource.DisposeAsync()"] = call => DisposeAsync(call, () => new TimerSource(Long)),
    };
}
