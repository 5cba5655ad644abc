using Concurrency.Executors.Processes;
using Concurrency.ProcessChild;
using Concurrency.TestSupport;
using Concurrency.Time;
using TestClock = Concurrency.TestSupport.ManualClock;

namespace Concurrency.Tests.Executors.Processes;

/// <summary>Processes that never become workers.</summary>
public sealed class WorkerStartTests : IClassFixture<MachineLock>
{
    [Fact]
    public async Task FU5_ProgramThatIsNotPrepared_FailsTheCallAndSaysWhatIsMissing()
    {
        await using var executor = new ProcessExecutor(Work.Catalog, ProcessRig.Options("unprepared"));

        var error = await Assert.ThrowsAsync<WorkerStartException>(() => executor.RunAsync(Work.Square, 1).Within("the failure"));

        Assert.Contains("exited with code 0 without having answered. Its Main must await ProcessWorker.TryRunAsync(catalog)", error.Message, StringComparison.Ordinal);
        var statistics = ProcessRig.Balanced(executor);
        Assert.Equal((1L, 1L, 0L), (statistics.StartsFailed, statistics.Failed, statistics.WorkersStarted));
    }

    [Fact]
    public async Task ProgramThatIsNotPrepared_StartsNoWorkersOfItsOwn()
    {
        await using var executor = new ProcessExecutor(Work.Catalog, ProcessRig.Options("unprepared-parent") with { Output = WorkerOutput.Log });

        var error = await Assert.ThrowsAsync<WorkerStartException>(() => executor.RunAsync(Work.Square, 1).Within("the failure"));

        Assert.Contains("signal 6 (SIGABRT: an unhandled exception", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FU5_ProgramThatNeverAnswers_IsKilledAfterTheStartTimeout()
    {
        var clock = new TestClock();
        await using var executor = new ProcessExecutor(Work.Catalog, ProcessRig.Options("mute") with { TimeProvider = clock, StartTimeout = TimeSpan.FromSeconds(30) });
        var call = executor.RunAsync(Work.Square, 1);
        await clock.TimersArmed(1).Within("the start");

        clock.Advance(TimeSpan.FromSeconds(30));

        var error = await Assert.ThrowsAsync<WorkerStartException>(() => call.Within("the failure"));
        Assert.Contains("did not answer within 00:00:30 and was killed. Its Main must await", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FU5_ProgramWithAnotherCatalog_IsRefusedByTheNamesThatAreMissing()
    {
        await using var executor = new ProcessExecutor(Work.Catalog, ProcessRig.Options("other-catalog"));

        var error = await Assert.ThrowsAsync<WorkerStartException>(() => executor.RunAsync(Work.Square, 1).Within("the failure"));

        Assert.Contains("does not know the work 'bad', 'calls', ", error.Message, StringComparison.Ordinal);
        Assert.Contains("It knows 'echo', 'square'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProgramThatDoesNotExist_FailsTheCall()
    {
        await using var executor = ProcessRig.Create(o => o with { FileName = "/nowhere/program" });

        var error = await Assert.ThrowsAsync<WorkerStartException>(() => executor.RunAsync(Work.Square, 1).Within("the failure"));

        Assert.Contains("could not start '/nowhere/program'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CrashLoop_BacksOffAndThenFailsAtOnceUntilThePeriodHasPassed()
    {
        var clock = new TestClock();
        await using var executor = new ProcessExecutor(Work.Catalog, ProcessRig.Options("unprepared", "5") with
        {
            TimeProvider = clock,
            CrashLimit = 3,
            CrashPeriod = TimeSpan.FromSeconds(30),
            RestartBackoff = new Backoff { Initial = TimeSpan.FromSeconds(1), Factor = 2 },
        });

        Assert.Contains("exited with code 5", await FailAsync(executor), StringComparison.Ordinal);
        Assert.Contains("exited with code 5", await FailAsync(executor), StringComparison.Ordinal);
        var third = executor.RunAsync(Work.Square, 1);
        Assert.Equal((1, 0), (executor.Statistics.Queued, executor.Statistics.Starting));
        await clock.TimersArmed(1).Within("the backoff");
        clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<WorkerStartException>(() => third.Within("the third failure"));

        var error = await FailAsync(executor);
        Assert.Contains("starts no worker for another 00:00:29: 3 crashed or could not be started within 00:00:30", error, StringComparison.Ordinal);
        Assert.Equal(3, executor.Statistics.StartsFailed);

        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Contains("exited with code 5", await FailAsync(executor), StringComparison.Ordinal);
        Assert.Equal(5, ProcessRig.Balanced(executor).Failed);
    }

    [Fact]
    public async Task CrashLoop_OfWorkThatKillsItsWorkers_EndsWithoutSpinning()
    {
        var clock = new TestClock();
        await using var executor = ProcessRig.Create(o => o with
        {
            TimeProvider = clock,
            CrashLimit = 2,
            RestartBackoff = new Backoff { Initial = TimeSpan.Zero, Maximum = TimeSpan.Zero },
        });

        await Assert.ThrowsAsync<WorkerCrashedException>(() => executor.RunAsync(Work.Exit, 3).Within("the first crash"));
        await Assert.ThrowsAsync<WorkerCrashedException>(() => executor.RunAsync(Work.Exit, 4).Within("the second crash"));

        var error = await FailAsync(executor);
        Assert.Contains("the last one was: worker process", error, StringComparison.Ordinal);
        Assert.Contains("exited with code 4", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThisProgram_ByDefault_IsStartedWithItsOwnLibrary()
    {
        // The test host is no worker: it is enough that it was found and started.
        using var parent = ProcessRig.Start("parent", "1");
        var pid = await parent.StandardOutput.ReadLineAsync().Within("the worker's id");
        var ready = await parent.StandardOutput.ReadLineAsync().Within("the parent is ready");

        Assert.NotEqual(parent.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), pid);
        Assert.Equal("ready 1", ready);
        parent.Kill();
        await parent.WaitForExitAsync().Within("the parent's end");
        Assert.Equal("", await parent.StandardOutput.ReadToEndAsync().Within("the worker's end"));
    }

    [Fact]
    public async Task TryRunAsync_InAProgramThatIsNoWorker_SaysSo()
    {
        using var program = ProcessRig.Start();

        Assert.Equal("not a worker", await program.StandardOutput.ReadLineAsync().Within("its answer"));
        await program.WaitForExitAsync().Within("its end");
    }

    private static async Task<string> FailAsync(ProcessExecutor executor) =>
        (await Assert.ThrowsAsync<WorkerStartException>(() => executor.RunAsync(Work.Square, 1).Within("the failure"))).Message;
}
