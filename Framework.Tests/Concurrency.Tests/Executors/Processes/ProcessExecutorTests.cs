using System.Diagnostics;
using System.Globalization;
using Concurrency.Diagnostics;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Executors.Processes;
using Concurrency.ProcessChild;
using Concurrency.TestSupport;
using TestClock = Concurrency.TestSupport.ManualClock;

namespace Concurrency.Tests.Executors.Processes;

/// <summary>Requests that are answered.</summary>
public sealed class ProcessExecutorTests : IClassFixture<MachineLock>
{
    [Fact]
    public async Task FU5_RunAsync_ReturnsWhatTheWorkerComputed()
    {
        await using var executor = ProcessRig.Create();

        Assert.Equal(49, await executor.RunAsync(Work.Square, 7).Within("square"));
        Assert.Equal("héllo \n ∞", await executor.RunAsync(Work.Echo, "héllo \n ∞").Within("echo"));
        Assert.NotEqual(Environment.ProcessId, await ProcessRig.ReadyAsync(executor));
        Assert.Equal(3, ProcessRig.Balanced(executor).Succeeded);
    }

    [Fact]
    public async Task FU5_ThousandRequests_OverFourWorkers_AreAnsweredOnceEach()
    {
        await using var executor = ProcessRig.Create(o => o with { MinimumWorkers = 4, MaximumWorkers = 4 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(number => executor.RunAsync(Work.Square, number))).Within("all answers");

        Assert.Equal(Enumerable.Range(0, 1000).Select(number => number * number), answers);
        var statistics = ProcessRig.Balanced(executor);
        Assert.Equal(1000, statistics.Accepted);
        Assert.Equal(1000, statistics.Succeeded);
        Assert.InRange(statistics.WorkersStarted, 1, 4);
        Assert.InRange(statistics.QueuedHighWater, 1, 1000);
    }

    [Fact]
    public async Task A7_1_OneWorker_ServesInTheOrderOfTheCalls()
    {
        await using var executor = ProcessRig.Create();

        var calls = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => executor.RunAsync(Work.Calls, 0))).Within("all answers");

        Assert.Equal(Enumerable.Range(1, 50), calls);
    }

    [Fact]
    public async Task RequestsPerWorker_Several_RunAtTheSameTimeInOneProcess()
    {
        await using var executor = ProcessRig.Create(o => o with { RequestsPerWorker = 3 });
        using var stop = new CancellationTokenSource();

        var held = executor.RunAsync(Work.Obedient, 0, stop.Token);
        var second = executor.RunAsync(Work.Obedient, 0, stop.Token);
        var pid = await ProcessRig.ReadyAsync(executor);
        Assert.Equal(pid, await ProcessRig.ReadyAsync(executor));
        Assert.Equal(2, ProcessRig.Balanced(executor).InFlight);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held.Within("the first"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Within("the second"));
        Assert.Equal(pid, await ProcessRig.ReadyAsync(executor));
    }

    [Fact]
    public async Task A7_5_AsyncLocal_DoesNotFlow_AndTheWorkIsNoWorkerToWhatItStarts()
    {
        await using var executor = ProcessRig.Create();
        Work.Local = "of the parent";

        var surroundings = await executor.RunAsync(Work.Surroundings, 0).Within("the surroundings");

        Assert.Equal(["none", "none", ""], surroundings);
    }

    [Fact]
    public async Task TraceContext_OfTheCaller_IsTheParentOfTheWork()
    {
        await using var executor = ProcessRig.Create();
        using var activity = new Activity("caller") { TraceStateString = "vendor=1" };
        activity.SetIdFormat(ActivityIdFormat.W3C).Start();

        var traced = await executor.RunAsync(Work.Traced, 0).Within("the trace");

        Assert.Equal([activity.TraceId.ToHexString(), activity.SpanId.ToHexString(), "vendor=1"], traced);
        activity.Stop();
        Assert.Empty(await executor.RunAsync(Work.Traced, 0).Within("no trace"));
    }

    [Fact]
    public async Task A7_3_QueueLimit_Reached_RejectsAndLeavesNothingBehind()
    {
        await using var executor = ProcessRig.Create(o => o with { QueueLimit = 1, RejectWhenFull = true });
        await ProcessRig.ReadyAsync(executor);
        using var stop = new CancellationTokenSource();
        var running = executor.RunAsync(Work.Obedient, 1, stop.Token);
        var queued = executor.RunAsync(Work.Square, 2);

        var rejected = await Assert.ThrowsAsync<ExecutorRejectedException>(() => executor.RunAsync(Work.Square, 3).Within("the refusal"));

        Assert.Contains("has 1 requests queued", rejected.Message, StringComparison.Ordinal);
        var statistics = ProcessRig.Balanced(executor);
        Assert.Equal((1, 1, 1L), (statistics.Queued, statistics.InFlight, statistics.Rejected));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Within("the cancelled one"));
        Assert.Equal(4, await queued.Within("the queued one"));
    }

    [Fact]
    public async Task A7_3_QueueLimit_Reached_CallersWaitForAPlaceInTheirOrder()
    {
        await using var executor = ProcessRig.Create(o => o with { QueueLimit = 1 });
        await ProcessRig.ReadyAsync(executor);
        using var stop = new CancellationTokenSource();
        using var impatient = new CancellationTokenSource();
        var running = executor.RunAsync(Work.Obedient, 1, stop.Token);
        var calls = Enumerable.Range(0, 10).Select(_ => executor.RunAsync(Work.Calls, 0)).ToArray();
        var leaving = executor.RunAsync(Work.Calls, 0, impatient.Token);
        Assert.Equal((1, 10), (executor.Statistics.Queued, executor.Statistics.Waiting));

        await impatient.CancelAsync();
        var left = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving.Within("the one that left"));
        Assert.Equal(impatient.Token, left.CancellationToken);
        Assert.Equal(9, executor.Statistics.Waiting);
        await stop.CancelAsync();

        Assert.Equal(Enumerable.Range(1, 10), await Task.WhenAll(calls).Within("all who waited"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Within("the cancelled one"));
        Assert.Equal(0, ProcessRig.Balanced(executor).Waiting);
    }

    [Fact]
    public async Task A7_2_CancelledInTheQueue_NeverRuns()
    {
        await using var executor = ProcessRig.Create();
        await ProcessRig.ReadyAsync(executor);
        using var stop = new CancellationTokenSource();
        using var stopQueued = new CancellationTokenSource();
        var running = executor.RunAsync(Work.Obedient, 1, stop.Token);
        var queued = executor.RunAsync(Work.Calls, 0, stopQueued.Token);

        await stopQueued.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued.Within("the queued one"));
        Assert.Equal(stopQueued.Token, cancelled.CancellationToken);
        Assert.True(queued.IsCanceled);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Within("the running one"));

        Assert.Equal(1, await executor.RunAsync(Work.Calls, 0).Within("the first call that ran"));
        Assert.Equal(2, ProcessRig.Balanced(executor).Cancelled);
    }

    [Fact]
    public async Task Recycling_AfterSoManyRequests_TakesAnotherProcess()
    {
        await using var executor = ProcessRig.Create(o => o with { RequestsPerLifetime = 2 });

        var calls = new List<int>();
        for (var call = 0; call < 5; call++)
        {
            calls.Add(await executor.RunAsync(Work.Calls, 0).Within("a call"));
        }

        Assert.Equal([1, 2, 1, 2, 1], calls);
        var statistics = executor.Statistics;
        Assert.Equal((2L, 3L, 0L, 0L), (statistics.WorkersRecycled, statistics.WorkersStarted, statistics.WorkersCrashed, statistics.WorkersRespawned));
    }

    [Fact]
    public async Task Workers_AboveTheMinimum_EndWhenNothingIsAsked()
    {
        var clock = new TestClock();
        await using var executor = ProcessRig.Create(o => o with { MinimumWorkers = 0, IdleTimeout = TimeSpan.FromMinutes(1), TimeProvider = clock });
        var pid = await ProcessRig.ReadyAsync(executor);
        await clock.TimersArmed(1).Within("the idle timer");

        clock.Advance(TimeSpan.FromMinutes(1));
        var next = await ProcessRig.ReadyAsync(executor);

        Assert.NotEqual(pid, next);
        Assert.Equal((1L, 2L), (executor.Statistics.WorkersIdledOut, executor.Statistics.WorkersStarted));
    }

    [Fact]
    public async Task A7_8_Statistics_SeparateTheQueueFromTheRun()
    {
        var clock = new TestClock();
        await using var executor = ProcessRig.Create(o => o with { TimeProvider = clock });
        await ProcessRig.ReadyAsync(executor);
        using var stop = new CancellationTokenSource();
        var running = executor.RunAsync(Work.Obedient, 1, stop.Token);
        var queued = executor.RunAsync(Work.Square, 2);

        clock.Advance(TimeSpan.FromSeconds(3));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Within("the running one"));
        await queued.Within("the queued one");

        var statistics = ProcessRig.Balanced(executor);
        Assert.Equal(TimeSpan.FromSeconds(3), statistics.LongestQueueWait);
        Assert.Equal(TimeSpan.FromSeconds(3), statistics.QueueWait);
        Assert.True(statistics.RunTime > TimeSpan.Zero);
        Assert.True(statistics.LongestRunTime <= statistics.RunTime);
    }

    [Fact]
    public async Task RunAsync_FromACooperativeExecutor_ComesBackToIt()
    {
        await using var loop = new CooperativeExecutor("loop");
        await using var executor = ProcessRig.Create();

        var wasBack = await loop.RunAsync(async cancellationToken =>
        {
            await executor.RunAsync(Work.Square, 3, cancellationToken);
            return loop.IsCurrent;
        }).Within("the loop");

        Assert.True(wasBack);
    }

    [Fact]
    public async Task A7_7_RequestsFromAContinuationAndFromTheWork_DoNotDeadlock()
    {
        await using var executor = ProcessRig.Create();

        var squared = await executor.RunAsync(Work.Square, 2)
            .ContinueWith(first => executor.RunAsync(Work.Square, first.Result), TaskScheduler.Default).Unwrap().Within("the continuation");
        var nested = await executor.RunAsync(Work.Nested, 5).Within("the work that has a worker");

        Assert.Equal((16, 25), (squared, nested));
    }

    [Fact]
    public async Task Signals_ThatATerminalOrAServiceManagerSends_AreTheParentsBusiness()
    {
        await using var executor = ProcessRig.Create();
        var pid = await ProcessRig.ReadyAsync(executor);

        foreach (var signal in new[] { 1, 2, 15 })
        {
            Assert.Equal(0, ProcessRig.Signal(pid, signal));
            Assert.Equal(pid, await ProcessRig.ReadyAsync(executor));
        }
    }

    [Fact]
    public async Task Snapshot_ShowsTheExecutorAndItsWorkers_UntilItIsDisposed()
    {
        var executor = ProcessRig.Create(o => o with { Name = "shown" });
        var pid = await ProcessRig.ReadyAsync(executor);

        var shown = Assert.Single(LiveObjects.Current, item => item.Name == "shown");
        var details = new LiveDetails();
        shown.Describe(details);
        Assert.Equal("executor", shown.Kind);
        Assert.Equal($"process {pid.ToString(CultureInfo.InvariantCulture)}", Assert.Single(details.Parts).Name);

        await executor.DisposeAsync().Within("the disposal");
        Assert.DoesNotContain(LiveObjects.Current, item => item.Name == "shown");
    }

    [Fact]
    public async Task Output_Logged_ReachesTheLoggerLineByLine()
    {
        var logger = new LineLogger();
        var executor = ProcessRig.Create(o => o with { Output = WorkerOutput.Log, Logger = logger });
        var pid = await ProcessRig.ReadyAsync(executor);

        await executor.RunAsync(Work.Print, "from the worker").Within("the work");

        await logger.LoggedAsync($"[{pid}] from the worker").Within("the line of output");
        await logger.LoggedAsync($"[{pid}] error from the worker").Within("the line of error");
        await executor.DisposeAsync().Within("the disposal");
    }
}
