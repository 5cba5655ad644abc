using System.Diagnostics;
using System.Threading.Channels;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Patterns;
using Concurrency.Sources;
using Concurrency.TestSupport;
using Concurrency.Time;

namespace Concurrency.Tests.Patterns;

/// <summary>The ends of a component: cancelled in the middle, stopped or disposed while it starts, failing at each step.</summary>
public sealed class ComponentEndTests : IAsyncLifetime
{
    private readonly DedicatedThreadExecutor _executor = new("component");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _executor.DisposeAsync().AsTask();

    [Theory]
    [InlineData("our channel")]
    [InlineData("a foreign channel")]
    [InlineData("lanes")]
    public async Task Cancel_HandlerEndsBeforeTheCancellationIsDone_TheNextEventIsNotTaken(string kind)
    {
        var ours = new FakeSource<int>();
        var foreign = Channel.CreateBounded<int>(8);
        var writer = kind == "a foreign channel" ? foreign.Writer : ours.Writer;
        IEventSource<int> source = kind == "a foreign channel" ? new ReaderSource<int>(foreign.Reader) : ours;
        var started = Signal();
        var items = new List<int>();
        await using var component = new Component<int>("numbers", source, _executor, async (item, token) =>
        {
            items.Add(item);
            if (items.Count > 1)
            {
                return;
            }

            // Callbacks run last in, first out: this one ends the handler and then holds the cancellation up for more turns than
            // the worker needs to go on, so that nothing that was registered before it has learnt of the cancellation by then.
            var cancelled = Signal();
            _ = token.UnsafeRegister(
                _ =>
                {
                    cancelled.SetResult();
                    for (var turn = 0; turn < 20; turn++)
                    {
                        _executor.InvokeAsync(() => { }).Wait(TimeSpan.FromSeconds(90));
                    }
                },
                null);
            started.SetResult();
            await cancelled.Task;
        }, new ComponentOptions<int> { Concurrency = kind == "lanes" ? 2 : 1, OrderBy = kind == "lanes" ? _ => 0 : null });
        await component.StartAsync();
        for (var i = 1; i <= 3; i++)
        {
            await writer.WriteAsync(i);
        }

        await started.Task.Within("the first handler runs");
        await Task.Run(() => component.Cancel("the test cancels.")).Within("the cancellation");
        await component.DisposeAsync().AsTask().Within("the component is disposed");

        Assert.Equal([1], items);
        Assert.Equal((1, 0), (component.Statistics.Handled, component.Statistics.Failed));
        if (kind == "a foreign channel")
        {
            Assert.Equal(2, foreign.Reader.Count);
        }
        else
        {
            Assert.Equal(2, component.Statistics.Source.Undelivered);
        }
    }

    [Fact]
    public async Task StopAsync_WhileTheSourceIsMade_StopsTheSourceOnceItIsThere()
    {
        var source = new FakeSource<int>();
        Component<int> component = null!;
        component = new Component<int>("numbers", () =>
        {
            component.StopAsync().AsTask().Wait(TimeSpan.FromSeconds(60));
            return source;
        }, _executor, (_, _) => default);

        await component.StartAsync().Within("the component starts");
        await component.Completion.Within("the component ends");

        Assert.Equal(ComponentState.Ended, component.State);
        Assert.True(source.Stops > 0);
        await component.DisposeAsync();
        Assert.Equal(1, source.Disposals);
    }

    [Fact]
    public async Task DisposeAsync_WhileTheSourceStarts_WaitsForTheStartAndEndsIt()
    {
        var source = new SlowSource();
        var component = new Component<int>("numbers", source, _executor, (_, _) => default);
        var start = component.StartAsync();
        await source.Starting.Task.Within("the source starts");

        var disposal = component.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);
        source.MayStart.SetResult();

        await start.Within("the start ends");
        await disposal.Within("the disposal ends");
        Assert.Equal(1, source.Inner.Disposals);
        Assert.True(component.Completion.IsCompleted);
    }

    [Fact]
    public async Task StopAsync_SourceThrows_TheDisposalStillEndsTheRest()
    {
        var source = new SlowSource { StopError = new IOException("cannot stop") };
        source.MayStart.SetResult();
        var component = new Component<int>("numbers", source, _executor, (_, _) => default);
        await component.StartAsync().Within("the component starts");

        await Assert.ThrowsAsync<IOException>(() => component.StopAsync().AsTask());
        await component.DisposeAsync().AsTask().Within("the component is disposed");

        Assert.Equal(1, source.Inner.Disposals);
        Assert.True(component.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task OrderBy_Throws_CountsAsAFailureOfTheEvent()
    {
        var source = new FakeSource<int>();
        var handled = new List<int>();
        await using var component = new Component<int>("numbers", source, _executor, (item, _) =>
        {
            handled.Add(item);
            return default;
        }, new ComponentOptions<int>
        {
            Concurrency = 2,
            OrderBy = item => item == 1 ? throw new FormatException("no key") : item,
            OnError = ComponentErrorPolicy.Isolate,
        });
        await component.StartAsync();
        await source.Writer.WriteAsync(1);
        await source.Writer.WriteAsync(2);
        await component.StopAsync();
        await component.Completion.Within("both events are handled");

        Assert.Equal([2], handled);
        Assert.Equal((2, 1), (component.Statistics.Handled, component.Statistics.Failed));
    }

    [Fact]
    public async Task OnError_RestartAndTheNewSourceCannotStart_TriesAgain()
    {
        var clock = new ManualClock();
        await using var executor = new ClockedExecutor(clock);
        var sources = new List<FakeSource<int>>();
        await using var component = new Component<int>("numbers", () =>
        {
            sources.Add(new FakeSource<int> { StartError = sources.Count == 1 ? new IOException("the port is in use") : null });
            return sources[^1];
        }, executor, (_, _) => default, new ComponentOptions<int>
        {
            OnError = ComponentErrorPolicy.Restart,
            RestartBackoff = new Backoff { Initial = TimeSpan.FromSeconds(1), Factor = 1 },
        });
        await component.StartAsync();

        sources[0].Writer.Complete(new IOException("gone"));
        await clock.TimersArmed(1).Within("the wait before the second source");
        clock.Advance(TimeSpan.FromSeconds(1));
        await clock.TimersArmed(1).Within("the wait before the third source");
        clock.Advance(TimeSpan.FromSeconds(1));
        await sources[2].Writer.WriteAsync(1);
        await component.StopAsync();
        await component.Completion.Within("the event is handled");

        Assert.Equal((1, 2), (component.Statistics.Handled, component.Statistics.Restarts));
        Assert.Equal([1, 1], sources.Take(2).Select(s => s.Disposals));
    }

    [Fact]
    public async Task OnError_Stop_GivesUpWhatWaitsAtOnce()
    {
        var refused = new List<int>();
        var source = new FakeSource<int>(onUndelivered: (item, _) => refused.Add(item));
        var release = Signal();
        await using var component = new Component<int>("numbers", source, _executor, async (_, _) =>
        {
            await release.Task;
            throw new FormatException("bad item");
        });
        await component.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await source.Writer.WriteAsync(i);
        }

        release.SetResult();
        await Assert.ThrowsAsync<ComponentFailedException>(() => component.Completion).Within("the component fails");

        Assert.Equal([1, 2], refused);
        Assert.Equal(1, source.Disposals);
    }

    [Fact]
    public async Task DisposeAsync_AHandlerIgnoresItsToken_WhatWaitsIsGivenUpAllTheSame()
    {
        var clock = new ManualClock();
        await using var executor = new ClockedExecutor(clock);
        var refused = new List<int>();
        var both = Signal();
        var source = new FakeSource<int>(onUndelivered: (item, _) =>
        {
            refused.Add(item);
            if (refused.Count == 2)
            {
                both.SetResult();
            }
        });
        var mayEnd = Signal();
        var component = new Component<int>("numbers", source, executor, async (_, _) => await mayEnd.Task);
        await component.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await source.Writer.WriteAsync(i);
        }

        var disposal = component.DisposeAsync().AsTask();
        await clock.TimersArmed(1).Within("the grace of the handlers begins");
        Assert.Equal(0, source.Disposals);
        clock.Advance(TimeSpan.FromSeconds(1));

        await both.Task.Within("what waits is given up");
        Assert.Equal([1, 2], refused);
        Assert.Equal(1, source.Disposals);
        Assert.False(disposal.IsCompleted);
        mayEnd.SetResult();
        await disposal.Within("the handler has ended");
        Assert.Equal((1, 2), (component.Statistics.Handled, component.Statistics.Source.Undelivered));
    }

    [Fact]
    public async Task StopAsync_BeforeTheSourceIsMadeAnew_EndsAtOnceWithoutAnotherSource()
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
        sources[0].Writer.Complete(new IOException("gone"));
        await clock.TimersArmed(1).Within("the wait before the new source");

        await component.StopAsync();

        await component.Completion.Within("the component ends");
        Assert.Equal(ComponentState.Ended, component.State);
        Assert.Single(sources);
    }

    [Fact]
    public async Task StopAsync_WhileTheSourceStarts_StopsItAfterwardsAndNotBefore()
    {
        var source = new SlowSource();
        await using var component = new Component<int>("numbers", source, _executor, (_, _) => default);
        var start = component.StartAsync();
        await source.Starting.Task.Within("the source starts");

        await component.StopAsync();
        Assert.Equal(0, source.Inner.Stops);
        source.MayStart.SetResult();

        await start.Within("the start ends");
        await component.Completion.Within("the component ends");
        Assert.Equal(1, source.Inner.Stops);
        Assert.Equal(ComponentState.Ended, component.State);
    }

    [Fact]
    public async Task EnumerableSource_ItsExecutorRefusesThePump_CompletesWithTheRefusal()
    {
        var ended = new DedicatedThreadExecutor("ended");
        await ended.DisposeAsync();
        var source = new EnumerableSource<int>("items", AsyncEnumerable.Empty<int>());

        await source.StartAsync(ended);

        await Assert.ThrowsAsync<ExecutorRejectedException>(() => source.Events.Completion).Within("the source ends");
    }

    [Fact]
    public async Task Event_WhoseTimestampThrows_CountsAsAFailureOfTheEvent()
    {
        var source = new FakeSource<BrokenEvent>();
        var item = new BrokenEvent();
        await using var component = new Component<BrokenEvent>(
            "broken", source, _executor, (_, _) => default, new ComponentOptions<BrokenEvent> { OnError = ComponentErrorPolicy.Isolate });
        await component.StartAsync();
        await source.Writer.WriteAsync(item);
        await component.StopAsync();
        await component.Completion.Within("the event is handled");

        Assert.Equal((1, 1, 0), (component.Statistics.Handled, component.Statistics.Failed, component.Statistics.Running));
        Assert.Equal(1, item.Disposals);
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts when it may.</summary>
    private sealed class SlowSource : IEventSource<int>
    {
        public FakeSource<int> Inner { get; } = new();

        public TaskCompletionSource Starting { get; } = Signal();

        public TaskCompletionSource MayStart { get; } = Signal();

        public Exception? StopError { get; init; }

        public string Name => "slow";

        public ChannelReader<int> Events => Inner.Events;

        public SourceStatistics Statistics => Inner.Statistics;

        public async ValueTask StartAsync(Executor executor, CancellationToken cancellationToken = default)
        {
            Starting.SetResult();
            await MayStart.Task;
        }

        public ValueTask StopAsync(CancellationToken cancellationToken = default) =>
            StopError is null ? Inner.StopAsync(cancellationToken) : ValueTask.FromException(StopError);

        public ValueTask DisposeAsync() => Inner.DisposeAsync();
    }

    private sealed class BrokenEvent : ISourceEvent, IDisposable
    {
        public int Disposals { get; private set; }

        public long Timestamp => throw new ObjectDisposedException("event");

        public ActivityContext TraceContext => default;

        public void Dispose() => Disposals++;
    }
}
