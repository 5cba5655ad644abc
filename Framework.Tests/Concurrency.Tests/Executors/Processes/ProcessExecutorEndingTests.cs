using System.Globalization;
using Concurrency.Execution;
using Concurrency.Executors.Processes;
using Concurrency.ProcessChild;
using Concurrency.TestSupport;
using TestClock = Concurrency.TestSupport.ManualClock;

namespace Concurrency.Tests.Executors.Processes;

/// <summary>The end of an executor, and of its parent.</summary>
public sealed class ProcessExecutorEndingTests : IClassFixture<MachineLock>
{
    [Fact]
    public async Task A7_10_DisposeAsync_Idle_LeavesNoProcess()
    {
        var executor = ProcessRig.Create(o => o with { MinimumWorkers = 2, MaximumWorkers = 2, RequestsPerWorker = 1 });
        var pids = await Task.WhenAll(executor.RunAsync(Work.Pid, 0), executor.RunAsync(Work.Pid, 0)).Within("the workers");

        await executor.DisposeAsync().Within("the disposal");

        Assert.All(pids, pid => Assert.True(ProcessRig.IsGone(pid)));
        Assert.Equal((0, 0L, 0L), (executor.Statistics.Workers, executor.Statistics.WorkersKilled, executor.Statistics.WorkersCrashed));
        await executor.DisposeAsync().Within("a second disposal");
    }

    [Fact]
    public async Task DisposeAsync_BeforeTheFirstRequest_IsDone()
    {
        var executor = ProcessRig.Create();

        await executor.DisposeAsync().Within("the disposal");

        var error = await Assert.ThrowsAsync<ExecutorRejectedException>(() => executor.RunAsync(Work.Square, 1).Within("the refusal"));
        Assert.Contains("was disposed and takes no new work", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, executor.Statistics.Rejected);
    }

    [Fact]
    public async Task FU5_DisposeAsync_RequestsInFlight_CancelsThemAndThoseInTheQueue()
    {
        var executor = ProcessRig.Create(o => o with { QueueLimit = 1 });
        var pid = await ProcessRig.ReadyAsync(executor);
        var running = executor.RunAsync(Work.Obedient, 0);
        var queued = executor.RunAsync(Work.Square, 0);
        var waiting = executor.RunAsync(Work.Square, 0);

        await executor.DisposeAsync().Within("the disposal");

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Within("the running one"));
        Assert.Equal("The process executor 'test' was disposed before 'obedient' had ended.", error.Message);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued.Within("the queued one"));
        await Assert.ThrowsAsync<ExecutorRejectedException>(() => waiting.Within("the one without a place"));
        Assert.True(ProcessRig.IsGone(pid));
        Assert.Equal((3L, 2L, 0L), (ProcessRig.Balanced(executor).Accepted, executor.Statistics.Cancelled, executor.Statistics.WorkersKilled));
    }

    [Fact]
    public async Task FU5_DisposeAsync_WorkThatIgnoresIt_IsKilledAtTheDeadline()
    {
        var clock = new TestClock();
        var executor = ProcessRig.Create(o => o with { TimeProvider = clock, ShutdownTimeout = TimeSpan.FromSeconds(5) });
        var pid = await ProcessRig.ReadyAsync(executor);
        var running = executor.RunAsync(Work.Endless, 0);

        var disposal = executor.DisposeAsync();
        Assert.False(disposal.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));
        await disposal.Within("the disposal");

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Within("the running one"));
        Assert.IsType<WorkerCrashedException>(error.InnerException);
        Assert.True(ProcessRig.IsGone(pid));
        Assert.Equal(1, ProcessRig.Balanced(executor).WorkersKilled);
    }

    [Fact]
    public async Task DisposeAsync_WhileAWorkerStarts_KillsItAndCancelsTheCall()
    {
        var clock = new TestClock();
        var executor = new ProcessExecutor(Work.Catalog, ProcessRig.Options("mute") with { TimeProvider = clock });
        var call = executor.RunAsync(Work.Square, 1);
        await clock.TimersArmed(1).Within("the start");

        await executor.DisposeAsync().Within("the disposal");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Within("the call"));
        Assert.Equal((0, 0), (executor.Statistics.Starting, executor.Statistics.Workers));
    }

    [Fact]
    public async Task DisposeAsync_ProgramWhoseMainDoesNotReturn_EndsByItself()
    {
        // The parent's clock stands still, so it never loses its patience.
        var executor = new ProcessExecutor(Work.Catalog, ProcessRig.Options("lingering") with { TimeProvider = new TestClock() });
        var pid = await ProcessRig.ReadyAsync(executor);

        await executor.DisposeAsync().Within("the disposal");

        Assert.True(ProcessRig.IsGone(pid));
        Assert.Equal(0, executor.Statistics.WorkersKilled);
    }

    [Fact]
    public async Task DisposeAsync_ProgramWhoseMainDoesNotReturn_IsKilledAtTheDeadline()
    {
        var executor = new ProcessExecutor(Work.Catalog, ProcessRig.Options("lingering") with { ShutdownTimeout = TimeSpan.Zero });
        var pid = await ProcessRig.ReadyAsync(executor);

        await executor.DisposeAsync().Within("the disposal");

        Assert.True(ProcessRig.IsGone(pid));
        Assert.Equal(1, executor.Statistics.WorkersKilled);
    }

    [Fact]
    public async Task A7_6_DrainAsync_WaitsForWhatWasTakenInAndRefusesTheRest()
    {
        await using var executor = ProcessRig.Create(o => o with { QueueLimit = 1 });
        await ProcessRig.ReadyAsync(executor);
        using var stop = new CancellationTokenSource();
        var running = executor.RunAsync(Work.Obedient, 0, stop.Token);
        var queued = executor.RunAsync(Work.Square, 3);
        var waiting = executor.RunAsync(Work.Square, 4);

        var drain = executor.DrainAsync(Timeout.InfiniteTimeSpan);
        await Assert.ThrowsAsync<ExecutorRejectedException>(() => waiting.Within("the one without a place"));
        var refused = await Assert.ThrowsAsync<ExecutorRejectedException>(() => executor.RunAsync(Work.Square, 5).Within("a late one"));
        Assert.Contains("is draining and takes no new work", refused.Message, StringComparison.Ordinal);
        Assert.False(drain.IsCompleted);
        await stop.CancelAsync();

        Assert.Equal(9, await queued.Within("the queued one"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Within("the running one"));
        Assert.True(await drain.Within("the drain"));
        Assert.True(await executor.DrainAsync(TimeSpan.Zero).Within("a second drain"));
        Assert.Equal(2, ProcessRig.Balanced(executor).Rejected);
    }

    [Fact]
    public async Task A7_6_DrainAsync_DeadlinePassed_SaysSo()
    {
        var clock = new TestClock();
        await using var executor = ProcessRig.Create(o => o with { TimeProvider = clock });
        await ProcessRig.ReadyAsync(executor);
        var running = executor.RunAsync(Work.Obedient, 0);

        var drain = executor.DrainAsync(TimeSpan.FromSeconds(1));
        await clock.TimersArmed(1).Within("the wait");
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.False(await drain.Within("the drain"));
        Assert.False(running.IsCompleted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FU5_ParentKilled_ItsWorkersEndAlthoughTheirWorkDoesNot(bool workerDiesFirst)
    {
        // The workers hold the parent's standard output: its end is the end of the last of them.
        using var parent = ProcessRig.Start("parent", "2");
        var pid = int.Parse((await parent.StandardOutput.ReadLineAsync().Within("a worker's id"))!, CultureInfo.InvariantCulture);
        await parent.StandardOutput.ReadLineAsync().Within("the other worker's id");
        Assert.Equal("ready 2", await parent.StandardOutput.ReadLineAsync().Within("the parent is ready"));

        if (workerDiesFirst)
        {
            ProcessRig.Kill(pid);
        }

        parent.Kill();
        await parent.WaitForExitAsync().Within("the parent's end");

        Assert.Equal("", await parent.StandardOutput.ReadToEndAsync().Within("the workers' end"));
    }
}
