using Concurrency.Execution;
using Concurrency.Sources;
using Xunit;

namespace Concurrency.TestSupport;

/// <summary>What every <see cref="IEventSource{T}"/> promises about its life and its accounts, on every kind of executor.</summary>
/// <remarks>
/// A source's tests derive one class per executor kind, each a few lines:
/// <code>public sealed class TickerOnPool : TickerConformance { protected override ExecutorKind Kind => ExecutorKind.Pool; }</code>
/// </remarks>
public abstract class SourceConformance<T> : IAsyncLifetime
    where T : ISourceEvent
{
    private const int Roomy = 256;

    private readonly List<IAsyncDisposable> _toDispose = [];

    protected abstract ExecutorKind Kind { get; }

    /// <summary>Makes a source that was not started, with room for <paramref name="capacity"/> events.</summary>
    protected abstract SourceRig<T> CreateRig(int capacity);

    /// <summary>Whether each raised thing reaches the reader as an event of its own however slowly it reads.</summary>
    protected virtual bool KeepsEveryEvent => false;

    /// <summary>The clock of the executors that <see cref="MakeExecutor"/> makes.</summary>
    protected virtual TimeProvider Clock => TimeProvider.System;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        for (var i = _toDispose.Count - 1; i >= 0; i--)
        {
            await _toDispose[i].DisposeAsync().Within("disposing what the test made");
        }
    }

    [Fact]
    public void Name_OfANewSource_IsNotEmpty() => Assert.False(string.IsNullOrWhiteSpace(NewRig().Source.Name));

    [Fact]
    public void Events_BeforeStart_AreEmptyAndOpen()
    {
        var source = NewRig().Source;

        Assert.False(source.Events.TryRead(out _));
        Assert.False(source.Events.Completion.IsCompleted);
        Assert.Equal(default, source.Statistics);
    }

    [Fact]
    public async Task Start_ThenRaise_PublishesEachEvent()
    {
        var rig = await StartedAsync(Roomy);

        await rig.RaiseAsync(5).Within("raising");
        var read = await ReadAsync(rig.Source, 5);

        Assert.Equal(5, read.Count);
        await StopAndCheckAsync(rig.Source, read.Count);
    }

    [Fact]
    public async Task Start_ThenRaiseOneByOne_WakesTheSleepingSourceEachTime()
    {
        var rig = await StartedAsync(Roomy);

        for (var i = 0; i < 20; i++)
        {
            await rig.RaiseAsync(1).Within("raising");
            await ReadAsync(rig.Source, 1);
        }
    }

    [Fact]
    public async Task Start_Twice_ThrowsAndLeavesTheSourceRunning()
    {
        var rig = await StartedAsync(Roomy);

        await Assert.ThrowsAsync<InvalidOperationException>(() => rig.Source.StartAsync(NewExecutor()).Within("second start"));

        await rig.RaiseAsync(1).Within("raising");
        await ReadAsync(rig.Source, 1);
    }

    [Fact]
    public async Task Start_AfterStop_Throws()
    {
        var source = NewRig().Source;
        await source.StopAsync().Within("stopping");

        await Assert.ThrowsAsync<InvalidOperationException>(() => source.StartAsync(NewExecutor()).Within("starting"));
    }

    [Fact]
    public async Task Start_AfterDispose_ThrowsObjectDisposed()
    {
        var source = NewRig().Source;
        await source.DisposeAsync().Within("disposing");

        await Assert.ThrowsAsync<ObjectDisposedException>(() => source.StartAsync(NewExecutor()).Within("starting"));
    }

    [Fact]
    public async Task Start_WithCancelledToken_CancelsAndCanBeRepeated()
    {
        var rig = NewRig();
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => rig.Source.StartAsync(NewExecutor(), cancelled).Within("cancelled start"));

        await rig.Source.StartAsync(NewExecutor()).Within("starting");
        await rig.RaiseAsync(1).Within("raising");
        await ReadAsync(rig.Source, 1);
    }

    [Fact]
    public async Task Start_WithoutExecutor_Throws() =>
        await Assert.ThrowsAsync<ArgumentNullException>(() => NewRig().Source.StartAsync(null!).Within("starting"));

    [Fact]
    public async Task Start_OnADisposedExecutor_ThrowsAndCompletesEventsWithTheError()
    {
        var source = NewRig().Source;
        var executor = NewExecutor();
        await executor.DisposeAsync().Within("disposing the executor");

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => source.StartAsync(executor).Within("starting"));

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => source.Events.Completion.Within("completion"));
    }

    [Fact]
    public async Task Start_FromATurnOfTheSameExecutor_DoesNotDeadlock()
    {
        var rig = NewRig();
        var executor = NewExecutor();

        await executor.RunAsync(async token => await rig.Source.StartAsync(executor, token)).Within("starting inside");

        await rig.RaiseAsync(1).Within("raising");
        await ReadAsync(rig.Source, 1);
        await executor.RunAsync(async token => await rig.Source.StopAsync(token)).Within("stopping inside");
        await executor.RunAsync(async _ => await rig.Source.DisposeAsync()).Within("disposing inside");
    }

    [Fact]
    public async Task Stop_BeforeStart_CompletesEvents()
    {
        var source = NewRig().Source;

        await source.StopAsync().Within("stopping");

        await source.Events.Completion.Within("completion");
    }

    [Fact]
    public async Task Dispose_BeforeStart_CompletesEvents()
    {
        var source = NewRig().Source;

        await source.DisposeAsync().Within("disposing");

        await source.Events.Completion.Within("completion");
    }

    [Fact]
    public async Task StopAndDispose_RepeatedInAnyOrder_AreHarmless()
    {
        var rig = await StartedAsync(Roomy);

        await rig.Source.StopAsync().Within("first stop");
        await rig.Source.StopAsync().Within("second stop");
        await rig.Source.DisposeAsync().Within("first dispose");
        await rig.Source.StopAsync().Within("stop after dispose");
        await rig.Source.DisposeAsync().Within("second dispose");

        await rig.Source.Events.Completion.Within("completion");
    }

    [Fact]
    public async Task StopAndDispose_AtTheSameTime_BothComplete()
    {
        var rig = await StartedAsync(Roomy);
        await rig.RaiseAsync(3).Within("raising");

        await Task.WhenAll(
            Parallel(() => rig.Source.StopAsync().AsTask()),
            Parallel(() => rig.Source.DisposeAsync().AsTask()),
            Parallel(() => rig.Source.StopAsync().AsTask()),
            Parallel(() => rig.Source.DisposeAsync().AsTask())).Within("stopping and disposing");

        await rig.Source.Events.Completion.Within("completion");
        CheckAccounts(rig.Source.Statistics, read: 0);
    }

    [Fact]
    public async Task Stop_WithUnreadEvents_LetsThemBeReadBeforeCompletion()
    {
        var rig = await StartedAsync(Roomy);
        await rig.RaiseAsync(1).Within("raising");
        Assert.True(await rig.Source.Events.WaitToReadAsync().Within("waiting for the first event"));

        await rig.Source.StopAsync().Within("stopping");

        Assert.False(rig.Source.Events.Completion.IsCompleted, "Events completed although an accepted event was not read.");
        var read = await ReadToEndAsync(rig.Source);
        Assert.True(read >= 1, "The accepted event was lost.");
        CheckAccounts(rig.Source.Statistics, read);
    }

    [Fact]
    public async Task Stop_ThenRaise_PublishesNothingNew()
    {
        var rig = await StartedAsync(Roomy);
        await rig.RaiseAsync(2).Within("raising");
        await ReadAsync(rig.Source, 2);

        await rig.Source.StopAsync().Within("stopping");
        var atStop = await ReadToEndAsync(rig.Source);
        await rig.RaiseAsync(3).Within("raising after the stop");

        Assert.False(rig.Source.Events.TryRead(out _));
        CheckAccounts(rig.Source.Statistics, 2 + atStop);
    }

    [Fact]
    public async Task Stop_DuringAStorm_KeepsTheAccounts()
    {
        var rig = await StartedAsync(capacity: 8);
        var storm = Parallel(() => rig.RaiseAsync(200));
        var first = await ReadAsync(rig.Source, 1);

        await rig.Source.StopAsync().Within("stopping");
        var rest = await ReadToEndAsync(rig.Source);
        await storm.Within("storm");

        CheckAccounts(rig.Source.Statistics, first.Count + rest);
    }

    [Fact]
    public async Task Dispose_DuringAStorm_KeepsTheAccounts()
    {
        var rig = await StartedAsync(capacity: 8);
        var storm = Parallel(() => rig.RaiseAsync(200));
        var first = await ReadAsync(rig.Source, 1);

        await rig.Source.DisposeAsync().Within("disposing");
        await rig.Source.Events.Completion.Within("completion");
        await storm.Within("storm");

        CheckAccounts(rig.Source.Statistics, first.Count);
    }

    [Fact]
    public async Task Dispose_WithUnreadEvents_CountsThemAsUndelivered()
    {
        var rig = await StartedAsync(Roomy);
        await rig.RaiseAsync(4).Within("raising");
        Assert.True(await rig.Source.Events.WaitToReadAsync().Within("waiting for the first event"));

        await rig.Source.DisposeAsync().Within("disposing");

        await rig.Source.Events.Completion.Within("completion");
        Assert.False(rig.Source.Events.TryRead(out _));
        Assert.True(rig.Source.Statistics.Undelivered >= 1, $"{rig.Source.Statistics}");
        CheckAccounts(rig.Source.Statistics, read: 0);
    }

    [Fact]
    public async Task Dispose_WhileAReaderWaits_ReleasesIt()
    {
        var rig = await StartedAsync(Roomy);
        var waiting = rig.Source.Events.WaitToReadAsync();

        await rig.Source.DisposeAsync().Within("disposing");

        Assert.False(await waiting.Within("waiting reader"));
    }

    [Fact]
    public async Task Full_SlowReader_LosesNothingSilentlyAndGoesOn()
    {
        var rig = await StartedAsync(capacity: 4);
        await rig.RaiseAsync(40).Within("raising more than there is room for");

        var read = (await ReadAsync(rig.Source, KeepsEveryEvent ? 40 : 1)).Count;
        await rig.RaiseAsync(1).Within("raising one more");
        await rig.Source.StopAsync().Within("stopping");
        read += await ReadToEndAsync(rig.Source);

        CheckAccounts(rig.Source.Statistics, read);
    }

    [Fact]
    public async Task Full_NobodyReads_StopAndDisposeDoNotHang()
    {
        var rig = await StartedAsync(capacity: 2);
        await rig.RaiseAsync(20).Within("raising");
        Assert.True(await rig.Source.Events.WaitToReadAsync().Within("waiting for the first event"));

        await rig.Source.StopAsync().Within("stopping with nobody reading");
        await rig.Source.DisposeAsync().Within("disposing with nobody reading");

        CheckAccounts(rig.Source.Statistics, read: 0);
    }

    [Fact]
    public async Task ExecutorDisposed_UnderARunningSource_CompletesEventsWithAnError()
    {
        var rig = NewRig();
        var executor = NewExecutor();
        await rig.Source.StartAsync(executor).Within("starting");
        await rig.RaiseAsync(1).Within("raising");
        await ReadAsync(rig.Source, 1);
        var waiting = rig.Source.Events.ReadAsync();

        await executor.DisposeAsync().Within("disposing the executor");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => rig.Source.Events.Completion.Within("completion"));
        Assert.Contains(rig.Source.Name, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => waiting.Within("waiting reader"));
        await rig.Source.StopAsync().Within("stopping");
        await rig.Source.DisposeAsync().Within("disposing");
        CheckAccounts(rig.Source.Statistics, read: 1);
    }

    [Fact]
    public async Task Statistics_AfterAnything_AreNeverNegative()
    {
        var rig = await StartedAsync(capacity: 4);
        await rig.RaiseAsync(20).Within("raising");
        await ReadAsync(rig.Source, 1);

        var running = rig.Source.Statistics;
        await rig.Source.DisposeAsync().Within("disposing");

        foreach (var statistics in new[] { running, rig.Source.Statistics })
        {
            Assert.True(
                statistics is { Observed: >= 0, Coalesced: >= 0, Published: >= 0, Dropped: >= 0, Undelivered: >= 0, Errors: >= 0 },
                $"{statistics}");
        }
    }

    [Fact]
    public async Task Timestamp_OfEachEvent_LiesBetweenRaisingAndReading()
    {
        var rig = await StartedAsync(Roomy);
        var before = Clock.GetTimestamp();

        await rig.RaiseAsync(3).Within("raising");
        var read = await ReadAsync(rig.Source, 3);

        var after = Clock.GetTimestamp();
        Assert.All(read, e => Assert.InRange(e.Timestamp, before, after));
        Assert.All(read, e => Assert.Equal(default, e.TraceContext));
    }

    protected Executor NewExecutor() => Track(MakeExecutor());

    /// <summary>Makes the executor that a source is to run on; a simulation makes its own.</summary>
    protected virtual Executor MakeExecutor() => TestExecutors.Create(Kind);

    protected SourceRig<T> NewRig(int capacity = Roomy)
    {
        var rig = Track(CreateRig(capacity));
        Track(rig.Source);
        return rig;
    }

    protected async Task<SourceRig<T>> StartedAsync(int capacity)
    {
        var executor = NewExecutor();
        var rig = NewRig(capacity);
        await rig.Source.StartAsync(executor).Within("starting");
        return rig;
    }

    protected static async Task<List<T>> ReadAsync(IEventSource<T> source, int count)
    {
        var read = new List<T>();
        while (read.Count < count)
        {
            read.Add(await source.Events.ReadAsync().Within($"reading event {read.Count + 1} of {count}; {source.Statistics}"));
        }

        return read;
    }

    protected static async Task<int> ReadToEndAsync(IEventSource<T> source)
    {
        var read = 0;
        while (await source.Events.WaitToReadAsync().Within($"reading to the end; {source.Statistics}"))
        {
            while (source.Events.TryRead(out _))
            {
                read++;
            }
        }

        await source.Events.Completion.Within("completion");
        return read;
    }

    protected static async Task StopAndCheckAsync(IEventSource<T> source, int alreadyRead)
    {
        await source.StopAsync().Within("stopping");
        var rest = await ReadToEndAsync(source);
        CheckAccounts(source.Statistics, alreadyRead + rest);
    }

    /// <summary>The accounts that docs/sources.md states, which hold once the source has ended.</summary>
    protected static void CheckAccounts(SourceStatistics statistics, int read)
    {
        Assert.Equal(statistics.Observed, statistics.Coalesced + statistics.Published);
        Assert.Equal(statistics.Published, read + statistics.Dropped + statistics.Undelivered);
    }

    /// <summary>Runs work at the same time as the test's own.</summary>
    protected virtual Task Parallel(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Default).Unwrap();

    private TDisposable Track<TDisposable>(TDisposable disposable)
        where TDisposable : IAsyncDisposable
    {
        _toDispose.Add(disposable);
        return disposable;
    }
}
