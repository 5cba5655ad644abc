using System.Runtime.InteropServices;
using Concurrency.Patterns;
using Concurrency.Services.Components;
using Concurrency.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Concurrency.Services.Tests;

public sealed class ShutdownTests
{
    [Fact]
    public async Task AH10_StopAsync_FinishesWhatWasAcceptedAndAcceptsNothingNew()
    {
        var source = new FakeSource<int>();
        var started = Signal();
        var release = Signal();
        var builder = HostFixture.Builder();
        builder.AddComponent<int>("numbers", _ => source, async (_, _) =>
        {
            started.TrySetResult();
            await release.Task;
        });
        using var host = builder.Build();
        await host.StartAsync().Within("the host starts");
        Assert.True(host.Components().IsReady);
        await source.Writer.WriteAsync(1);
        await source.Writer.WriteAsync(2);
        await started.Task.Within("the first handler runs");

        var stop = host.StopAsync();
        await source.Events.WaitToReadAsync().AsTask().Within("an event still waits");
        Assert.False(source.Writer.TryWrite(3));
        Assert.False(host.Components().IsReady);
        release.SetResult();
        await stop.Within("the host stops");

        Assert.Equal(2, host.Components().Components[0].Statistics.Handled);
        Assert.Equal(0, host.Components().ExitCode);
    }

    [Fact]
    public async Task AH10_StopAsync_DeadlinePasses_CancelsHandlersThenGivesUpTheRest()
    {
        var clock = new ManualClock();
        var source = new FakeSource<int>();
        var started = Signal();
        var builder = HostFixture.Builder();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.Configure<ComponentHostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.AddComponent<int>("numbers", _ => source, async (_, token) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
        }, o => o.Executor = "thread");
        using var host = builder.Build();
        await host.StartAsync().Within("the host starts");
        await source.Writer.WriteAsync(1);
        await source.Writer.WriteAsync(2);
        await started.Task.Within("the first handler runs");

        var stop = host.StopAsync();
        await clock.TimersArmed(1).Within("the host waits for the handler");
        clock.Advance(TimeSpan.FromSeconds(9));
        await stop.Within("the host stops");

        var statistics = host.Components().Components[0].Statistics;
        Assert.Equal((1, 1), (statistics.Handled, statistics.Source.Undelivered));
        Assert.Equal(0, statistics.Failed);
    }

    [Fact]
    public async Task AH10_StopAsync_HandlerBlocksTheSharedLoop_OnlyItsComponentIsNamed()
    {
        var clock = new ManualClock();
        var busy = new FakeSource<int>();
        using var log = new ListLogger();
        using var release = new ManualResetEventSlim();
        var started = Signal();
        var ended = Signal();
        var builder = HostFixture.Builder();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Logging.AddProvider(log);
        builder.AddComponent<int>("idle", _ => new FakeSource<int>(), (_, _) => default);
        builder.AddSynchronousComponent<int>("busy", _ => busy, (_, _) =>
        {
            started.TrySetResult();
            release.Wait(CancellationToken.None);
            ended.SetResult();
        });
        using var host = builder.Build();
        await host.StartAsync().Within("the host starts");
        await busy.Writer.WriteAsync(1);
        await started.Task.Within("the handler runs");

        var stop = host.StopAsync();
        while (!stop.IsCompleted && !log.Lines.Any(l => l.Contains("abandoned", StringComparison.Ordinal)))
        {
            await Task.WhenAny(clock.TimersArmed(1), stop).Within("the next wait of the shutdown");
            clock.Advance(TimeSpan.FromSeconds(9));
        }

        release.Set();
        while (!stop.IsCompleted)
        {
            await Task.WhenAny(clock.TimersArmed(1), stop).Within("the rest of the shutdown");
            clock.Advance(TimeSpan.FromSeconds(9));
        }

        await stop.Within("the host stops");
        await ended.Task.Within("the end of the handler");
        Assert.Contains(log.Lines, l => l.Contains("'busy' still had work", StringComparison.Ordinal));
        Assert.Contains(log.Lines, l => l.Contains("the cancellation was ignored: 'busy'", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, l => l.Contains("Shutdown:", StringComparison.Ordinal) && l.Contains("'idle'", StringComparison.Ordinal));
        Assert.Equal(1, host.Components().ExitCode);
    }

    [Fact]
    public async Task Abort_DuringTheShutdown_CancelsAtOnce()
    {
        var source = new FakeSource<int>();
        var started = Signal();
        var builder = HostFixture.Builder();
        builder.Services.AddSingleton<TimeProvider>(new ManualClock());
        builder.AddComponent<int>("numbers", _ => source, async (_, token) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
        }, o => o.Executor = "thread");
        using var host = builder.Build();
        await host.StartAsync().Within("the host starts");
        await source.Writer.WriteAsync(1);
        await started.Task.Within("the handler runs");

        var stop = host.StopAsync();
        host.Components().Abort();
        await stop.Within("the host stops");

        Assert.Equal(1, host.Components().Components[0].Statistics.Handled);
    }

    [Fact]
    public async Task ComponentGivesUp_TheHostStopsAndTheExitCodeTells()
    {
        var source = new FakeSource<int>();
        var builder = HostFixture.Builder();
        builder.AddComponent<int>("numbers", _ => source, (_, _) => throw new FormatException("bad item"));
        using var host = builder.Build();
        await host.StartAsync().Within("the host starts");

        await source.Writer.WriteAsync(1);
        await host.WaitForShutdownAsync().Within("the host stops by itself");

        Assert.Equal(1, host.Components().ExitCode);
        Assert.Equal(ComponentState.Failed, host.Components().Components[0].State);
    }

    [Fact]
    public async Task StartAsync_SecondComponentCannotStart_EndsTheFirst()
    {
        var first = new FakeSource<int>();
        var builder = HostFixture.Builder();
        builder.AddComponent<int>("first", _ => first, (_, _) => default);
        builder.AddComponent<int>("second", _ => new FakeSource<int> { StartError = new IOException("the port is in use") }, (_, _) => default);
        using var host = builder.Build();

        await Assert.ThrowsAsync<IOException>(() => host.StartAsync()).Within("the host refuses");

        Assert.Equal(1, first.Disposals);
    }

    [Fact]
    public async Task StopAsync_Components_StopInReverseOrder()
    {
        var order = new List<string>();
        var builder = HostFixture.Builder();
        builder.AddComponent<int>("first", _ => new OrderedSource("first", order), (_, _) => default);
        builder.AddComponent<int>("second", _ => new OrderedSource("second", order), (_, _) => default);
        using var host = builder.Build();
        await host.StartAsync().Within("the host starts");

        await host.StopAsync().Within("the host stops");

        Assert.Equal(["second", "first"], order.Distinct());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Signal_DuringTheStart_LetsTheStartFinishAndThenStopsInOrder(bool beforeTheHostIsBuilt)
    {
        var source = new FakeSource<int>();
        var builder = HostFixture.Builder();
        builder.Services.Configure<ComponentHostOptions>(o => o.HandleSignals = true);
        IHost? host = null;
        builder.AddComponent<int>("numbers", _ =>
        {
            if (!beforeTheHostIsBuilt)
            {
                Lifetime(host!).OnSignal(new PosixSignalContext(PosixSignal.SIGTERM));
            }

            return source;
        }, (_, _) => default);
        host = builder.Build();
        using (host)
        {
            if (beforeTheHostIsBuilt)
            {
                Lifetime(host).OnSignal(new PosixSignalContext(PosixSignal.SIGTERM));
            }

            await host.StartAsync().Within("the host starts");
            await host.WaitForShutdownAsync().Within("the host stops");

            Assert.Equal(0, host.Components().ExitCode);
            Assert.NotNull(source.StartedOn);
            Assert.Equal(1, source.Disposals);
        }

        static SignalLifetime Lifetime(IHost host) => (SignalLifetime)host.Services.GetRequiredService<IHostLifetime>();
    }

    [Fact]
    public async Task AH10_StopAsync_AHandlerIgnoresTheCancellation_EndsByTheDeadline()
    {
        var clock = new ManualClock();
        var givenUp = Signal();
        var source = new FakeSource<int>(onUndelivered: (_, _) => givenUp.SetResult());
        var started = Signal();
        var mayEnd = Signal();
        var builder = HostFixture.Builder();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.Configure<ComponentHostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.AddComponent<int>("numbers", _ => source, async (_, _) =>
        {
            started.TrySetResult();
            await mayEnd.Task;
        }, o => o.Executor = "thread");
        using var host = builder.Build();
        await host.StartAsync().Within("the host starts");
        await source.Writer.WriteAsync(1);
        await source.Writer.WriteAsync(2);
        await started.Task.Within("the first handler runs");

        var stop = host.StopAsync();
        foreach (var (part, phase) in new[] { (9.0, "finish"), (0.5, "cancel"), (0.25, "components"), (0.25, "executors") })
        {
            await clock.TimersArmed(1).Within($"the phase: {phase}");
            Assert.False(stop.IsCompleted);
            clock.Advance(TimeSpan.FromSeconds(part));
        }

        await stop.Within("the host has stopped at its deadline");
        Assert.Equal(1, host.Components().ExitCode);
        await givenUp.Task.Within("the event that waited is given up");
        mayEnd.SetResult();
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
