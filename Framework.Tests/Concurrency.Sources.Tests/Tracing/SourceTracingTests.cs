using System.Diagnostics;
using System.Runtime.InteropServices;
using Concurrency.Execution;
using Concurrency.Sources.Files;
using Concurrency.Sources.Signals;
using Concurrency.Sources.Tests.Files;
using Concurrency.Sources.Tests.Udp;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Tracing;

/// <summary>Which trace an event carries when somebody listens to the framework's activity source.</summary>
public sealed class SourceTracingTests : IDisposable
{
    private const int Number = 41;

    private static readonly AsyncLocal<List<string>?> s_started = new();

    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name == "Concurrency",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        ActivityStarted = activity => s_started.Value?.Add(activity.OperationName),
    };

    public SourceTracingTests() => AppContext.SetSwitch("Concurrency.Sources.DisableSignalHook", true);

    [Fact]
    public async Task Signal_CarriesTheTraceThatWasCurrent_AndStartsNone()
    {
        await using var executor = TestExecutors.Create(ExecutorKind.Cooperative);
        await CheckAsync(executor, new SignalSource((PosixSignal)Number), () => SignalDispatcher.Record(Number));
    }

    [Fact]
    public async Task FileChange_CarriesTheTraceThatWasCurrent_AndStartsNone()
    {
        await using var executor = TestExecutors.Create(ExecutorKind.Cooperative);
        using var directory = new TempDirectory();
        await CheckAsync(executor, new FileWatchSource(directory.Path), () => Directory.CreateDirectory(directory / "made"));
    }

    [Fact]
    public async Task Datagram_CarriesNoTrace()
    {
        ActivitySource.AddActivityListener(_listener);
        using var current = new Activity("current").Start();
        await using var udp = await UdpFixture.StartAsync();
        await udp.SendAsync(1);

        using var datagram = await udp.NextAsync();

        Assert.Equal(default, datagram.TraceContext);
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>A source observes in the flow of its start, whose trace is therefore the current one.</summary>
    private async Task CheckAsync<T>(Executor executor, IEventSource<T> source, Action raise)
        where T : ISourceEvent
    {
        var started = new List<string>();
        s_started.Value = started;
        ActivitySource.AddActivityListener(_listener);
        using var current = new Activity("current").Start();
        await using (source)
        {
            await source.StartAsync(executor).Within("starting");

            raise();
            var carried = (await source.Events.ReadAsync().Within("the event")).TraceContext;

            Assert.Equal((current.TraceId, current.SpanId), (carried.TraceId, carried.SpanId));
            Assert.Empty(started);
        }
    }
}
