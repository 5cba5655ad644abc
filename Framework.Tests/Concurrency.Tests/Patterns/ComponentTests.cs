using System.Collections.Concurrent;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Patterns;
using Concurrency.TestSupport;
using Concurrency.Time;

namespace Concurrency.Tests.Patterns;

public sealed class ComponentTests : IAsyncLifetime
{
    private readonly DedicatedThreadExecutor _executor = new("component");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _executor.DisposeAsync().AsTask();

    [Fact]
    public async Task Events_OneAtATime_AreHandledInOrderOnTheExecutor()
    {
        var source = new FakeSource<int>();
        var seen = new List<(int Item, Executor? Executor)>();
        await using var component = new Component<int>("numbers", source, _executor, async (item, _) =>
        {
            await Task.Yield();
            seen.Add((item, Executor.Current));
        });
        await component.StartAsync();

        for (var i = 0; i < 10; i++)
        {
            await source.Writer.WriteAsync(i);
        }

        await component.StopAsync();
        await component.Completion.Within("all events are handled");

        Assert.Equal(Enumerable.Range(0, 10), seen.Select(s => s.Item));
        Assert.All(seen, s => Assert.Same(_executor, s.Executor));
        Assert.Same(_executor, source.StartedOn);
        Assert.Equal(ComponentState.Ended, component.State);
        Assert.Equal(10, component.Statistics.Handled);
    }

    [Fact]
    public async Task Concurrency_Three_RunsThreeHandlersAtATime()
    {
        var source = new FakeSource<int>();
        var release = Signal();
        var started = Enumerable.Range(0, 3).Select(_ => Signal()).ToArray();
        await using var component = new Component<int>("numbers", source, _executor, async (item, _) =>
        {
            if (item < 3)
            {
                started[item].SetResult();
            }

            await release.Task;
        }, new ComponentOptions<int> { Concurrency = 3 });
        await component.StartAsync();

        for (var i = 0; i < 5; i++)
        {
            await source.Writer.WriteAsync(i);
        }

        await Task.WhenAll(started.Select(s => s.Task)).Within("three handlers run");
        Assert.Equal(3, component.Statistics.Running);

        release.SetResult();
        await component.StopAsync();
        await component.Completion.Within("all events are handled");
        Assert.Equal(5, component.Statistics.Handled);
    }

    [Fact]
    public async Task OrderBy_ManyKeys_KeepsTheOrderOfEachKey()
    {
        await using var pool = new PoolExecutor("pool", 4);
        var source = new FakeSource<(int Key, int Number)>(1024);
        var seen = new ConcurrentDictionary<int, ConcurrentQueue<int>>();
        await using var component = new Component<(int Key, int Number)>("keys", source, pool, async (item, _) =>
        {
            await Task.Yield();
            seen.GetOrAdd(item.Key, _ => new ConcurrentQueue<int>()).Enqueue(item.Number);
        }, new ComponentOptions<(int Key, int Number)> { Concurrency = 4, OrderBy = item => item.Key });
        await component.StartAsync();

        for (var i = 0; i < 700; i++)
        {
            await source.Writer.WriteAsync((i % 7, i));
        }

        await component.StopAsync();
        await component.Completion.Within("all events are handled");

        Assert.Equal(7, seen.Count);
        Assert.All(seen, pair => Assert.Equal(Enumerable.Range(0, 100).Select(i => (i * 7) + pair.Key), pair.Value));
    }

    [Fact]
    public async Task OnError_Stop_EndsTheComponentWithTheFailureAndNamesIt()
    {
        var source = new FakeSource<int>();
        await using var component = new Component<int>("numbers", source, _executor, (_, _) => throw new FormatException("bad item"));
        await component.StartAsync();

        await source.Writer.WriteAsync(1);
        var failure = await Assert.ThrowsAsync<ComponentFailedException>(() => component.Completion).Within("the component fails");

        Assert.Contains("'numbers'", failure.Message, StringComparison.Ordinal);
        Assert.IsType<FormatException>(failure.InnerException);
        Assert.Equal(ComponentState.Failed, component.State);
        Assert.True(source.Stops > 0);
        Assert.Equal((1, 1), (component.Statistics.Handled, component.Statistics.Failed));
    }

    [Fact]
    public async Task OnError_Isolate_GoesOnWithTheNextEvent()
    {
        var source = new FakeSource<int>();
        var seen = new List<int>();
        await using var component = new Component<int>("numbers", source, _executor, (item, _) =>
        {
            seen.Add(item);
            return item == 1 ? throw new FormatException("bad item") : default;
        }, new ComponentOptions<int> { OnError = ComponentErrorPolicy.Isolate });
        await component.StartAsync();

        await source.Writer.WriteAsync(1);
        await source.Writer.WriteAsync(2);
        await component.StopAsync();
        await component.Completion.Within("all events are handled");

        Assert.Equal([1, 2], seen);
        Assert.Equal((2, 1), (component.Statistics.Handled, component.Statistics.Failed));
    }

    [Fact]
    public async Task OnError_Restart_WaitsLongerEachTimeAndGivesUpAfterTooManyFailures()
    {
        var clock = new ManualClock();
        await using var executor = new ClockedExecutor(clock);
        var source = new FakeSource<int>();
        await using var component = new Component<int>("numbers", source, executor, (_, _) => throw new FormatException("bad item"),
            new ComponentOptions<int>
            {
                OnError = ComponentErrorPolicy.Restart,
                MaxRestarts = 2,
                RestartBackoff = new Backoff { Initial = TimeSpan.FromSeconds(1), Factor = 2 },
            });
        await component.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await source.Writer.WriteAsync(i);
        }

        await clock.TimersArmed(1).Within("the first wait");
        Assert.Equal(1, component.Statistics.Handled);
        clock.Advance(TimeSpan.FromSeconds(1));
        await clock.TimersArmed(1).Within("the second wait");
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, component.Statistics.Handled);
        clock.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<ComponentFailedException>(() => component.Completion).Within("the component gives up");
        Assert.Equal((3, 3, 2), (component.Statistics.Handled, component.Statistics.Failed, component.Statistics.Restarts));
    }

    [Fact]
    public async Task OnError_RestartAndTheSourceFails_MakesANewSourceAndAddsTheStatistics()
    {
        var clock = new ManualClock();
        await using var executor = new ClockedExecutor(clock);
        var sources = new List<FakeSource<int>>();
        await using var component = new Component<int>("numbers", () =>
        {
            sources.Add(new FakeSource<int>());
            return sources[^1];
        }, executor, (_, _) => default, new ComponentOptions<int> { OnError = ComponentErrorPolicy.Restart });
        await component.StartAsync();

        await sources[0].Writer.WriteAsync(1);
        sources[0].Writer.Complete(new IOException("gone"));
        await clock.TimersArmed(1).Within("the wait before the new source");
        clock.Advance(TimeSpan.FromSeconds(1));
        await sources[1].Writer.WriteAsync(2);
        await component.StopAsync();
        await component.Completion.Within("all events are handled");

        Assert.Equal(1, sources[0].Disposals);
        Assert.Equal((2, 2, 1), (component.Statistics.Handled, component.Statistics.Source.Published, component.Statistics.Restarts));
    }

    [Fact]
    public async Task SourceFails_NoRestart_FailsTheComponent()
    {
        var source = new FakeSource<int>();
        await using var component = new Component<int>("numbers", source, _executor, (_, _) => default);
        await component.StartAsync();

        source.Writer.Complete(new IOException("gone"));

        var failure = await Assert.ThrowsAsync<ComponentFailedException>(() => component.Completion).Within("the component fails");
        Assert.IsType<IOException>(failure.InnerException);
    }

    [Fact]
    public async Task StartAsync_SourceCannotStart_ThrowsItsErrorAndDisposesIt()
    {
        var source = new FakeSource<int> { StartError = new IOException("the port is in use") };
        await using var component = new Component<int>("numbers", source, _executor, (_, _) => default);

        await Assert.ThrowsAsync<IOException>(() => component.StartAsync());

        Assert.Equal(ComponentState.Failed, component.State);
        Assert.Equal(1, source.Disposals);
    }

    [Fact]
    public async Task EV104_StartAsync_SourceIsReadByAnotherComponent_NamesBothAndLeavesTheFirstAlone()
    {
        var source = new FakeSource<int>();
        await using var first = new Component<int>("first", source, _executor, (_, _) => default);
        await first.StartAsync();
        await using var second = new Component<int>("second", source, _executor, (_, _) => default);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => second.StartAsync());

        Assert.Contains("'first'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'second'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, source.Disposals);
    }

    [Fact]
    public async Task DisposeAsync_EventsWait_TheyAreUndeliveredAndTheAccountingHolds()
    {
        var source = new FakeSource<int>();
        var started = Signal();
        var component = new Component<int>("numbers", source, _executor, async (_, token) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        await component.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await source.Writer.WriteAsync(i);
        }

        await started.Task.Within("the first handler runs");
        await component.DisposeAsync().AsTask().Within("the component is disposed");

        var statistics = component.Statistics;
        Assert.Equal((3, 1, 2), (statistics.Source.Published, statistics.Handled, statistics.Source.Undelivered));
        Assert.Equal(0, statistics.Failed);
        Assert.Equal(1, source.Disposals);
    }

    [Fact]
    public async Task DisposeAsync_NeverStarted_DisposesTheSource()
    {
        var source = new FakeSource<int>();
        var component = new Component<int>("numbers", source, _executor, (_, _) => default);

        await component.DisposeAsync().AsTask().Within("the component is disposed");

        Assert.Equal(1, source.Disposals);
        await component.Completion.Within("the completion of a component that never ran");
    }

    [Fact]
    public async Task Event_ThatCanBeDisposed_IsDisposedOnceAfterItsHandlerAlsoWhenItFails()
    {
        var source = new FakeSource<DisposableEvent>();
        await using var component = new Component<DisposableEvent>("events", source, _executor, (item, _) =>
        {
            Assert.Equal(0, item.Disposals);
            return item.Fails ? throw new FormatException("bad item") : default;
        }, new ComponentOptions<DisposableEvent> { OnError = ComponentErrorPolicy.Isolate });
        await component.StartAsync();
        var good = new DisposableEvent(Fails: false);
        var bad = new DisposableEvent(Fails: true);

        await source.Writer.WriteAsync(bad);
        await source.Writer.WriteAsync(good);
        await component.StopAsync();
        await component.Completion.Within("both events are handled");

        Assert.Equal((1, 1), (good.Disposals, bad.Disposals));
    }

    [Fact]
    public async Task AS6_HandlerTakesLong_TheReportNamesTheComponentAndTheHandler()
    {
        var reports = new ConcurrentQueue<LongTurnReport>();
        var limit = TimeSpan.FromMilliseconds(20);
        await using var loop = new CooperativeExecutor(new CooperativeExecutorOptions { LongTurnLimit = limit, OnLongTurn = reports.Enqueue });
        var source = new FakeSource<int>();
        await using (var component = new Component<int>("numbers", source, loop, Slow))
        {
            await component.StartAsync();
            await source.Writer.WriteAsync(1);
            await component.StopAsync();
            await component.Completion.Within("the event is handled");
        }

        await loop.DisposeAsync();
        Assert.Contains(reports, r => r.Method.EndsWith($"{nameof(Slow)} for 'numbers'", StringComparison.Ordinal));

        ValueTask Slow(int item, CancellationToken cancellationToken)
        {
            var start = loop.TimeProvider.GetTimestamp();
            while (loop.TimeProvider.GetElapsedTime(start) < 2 * limit)
            {
                Thread.SpinWait(100);
            }

            return default;
        }
    }

    [Fact]
    public void Constructor_ConcurrencyZero_IsRefusedWithTheName()
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() =>
            new Component<int>("numbers", new FakeSource<int>(), _executor, (_, _) => default, new ComponentOptions<int> { Concurrency = 0 }));

        Assert.Contains("'numbers'", refused.Message, StringComparison.Ordinal);
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record DisposableEvent(bool Fails) : IDisposable
    {
        public int Disposals { get; private set; }

        public void Dispose() => Disposals++;
    }
}
