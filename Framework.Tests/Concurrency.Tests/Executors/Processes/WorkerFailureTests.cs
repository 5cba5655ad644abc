using Concurrency.Executors.Processes;
using Concurrency.ProcessChild;
using Concurrency.TestSupport;
using TestClock = Concurrency.TestSupport.ManualClock;

namespace Concurrency.Tests.Executors.Processes;

/// <summary>Work that fails, hangs or takes its process along.</summary>
public sealed class WorkerFailureTests : IClassFixture<MachineLock>
{
    private const int SigKill = 9;

    [Fact]
    public async Task A7_4_WorkThatThrows_FailsTheCallOnceWithWhatWasThrown()
    {
        await using var executor = ProcessRig.Create();
        var pid = await ProcessRig.ReadyAsync(executor);

        var error = await Assert.ThrowsAsync<ProcessWorkException>(() => executor.RunAsync(Work.Throw, "no such format").Within("the failure"));

        Assert.Equal(("throw", typeof(FormatException).FullName, "no such format"), (error.WorkName, error.RemoteType, error.RemoteMessage));
        Assert.Contains("the inner one", error.RemoteStack, StringComparison.Ordinal);
        Assert.Contains("ProcessChild", error.RemoteStack, StringComparison.Ordinal);
        Assert.Equal(pid, await ProcessRig.ReadyAsync(executor));
        Assert.Equal(1, ProcessRig.Balanced(executor).Failed);
    }

    [Fact]
    public async Task A7_4_LongTexts_AreCutToFitIntoTheSmallestFrame()
    {
        await using var executor = ProcessRig.Create(o => o with { MaximumFrameBytes = 64 * 1024 });

        var error = await Assert.ThrowsAsync<ProcessWorkException>(() => executor.RunAsync(Work.Throw, new string('∞', 9_000)).Within("the failure"));

        Assert.Equal(4_002, error.RemoteMessage.Length);
    }

    [Fact]
    public async Task FU5_WorkerKilled_FailsTheRequestInFlightAndIsReplaced()
    {
        await using var executor = ProcessRig.Create();
        var pid = await ProcessRig.ReadyAsync(executor);
        var running = executor.RunAsync(Work.Endless, 0);
        var queued = executor.RunAsync(Work.Square, 5);

        ProcessRig.Kill(pid);

        var error = await Assert.ThrowsAsync<WorkerCrashedException>(() => running.Within("the crash"));
        Assert.Equal(("endless", pid, (int?)null, (int?)SigKill), (error.WorkName, error.ProcessId, error.ExitCode, error.Signal));
        Assert.Contains("signal 9 (SIGKILL", error.Message, StringComparison.Ordinal);
        Assert.Equal(25, await queued.Within("the request behind it"));
        var statistics = ProcessRig.Balanced(executor);
        Assert.Equal((1L, 1L, 2L, 0L), (statistics.WorkersCrashed, statistics.WorkersRespawned, statistics.WorkersStarted, statistics.WorkersKilled));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0)]
    [InlineData(137)]
    public async Task FU5_WorkThatExits_FailsWithTheExitCodeAndNotASignal(int code)
    {
        await using var executor = ProcessRig.Create();

        var error = await Assert.ThrowsAsync<WorkerCrashedException>(() => executor.RunAsync(Work.Exit, code).Within("the crash"));

        Assert.Equal((code, null), (error.ExitCode, error.Signal));
        Assert.Contains($"exited with code {code} while it ran 'exit'", error.Message, StringComparison.Ordinal);
        Assert.Equal(4, await executor.RunAsync(Work.Square, 2).Within("the replacement"));
    }

    [Fact]
    public async Task WorkerKilled_WhileIdle_IsReplacedWithoutARequest()
    {
        var logger = new LineLogger();
        await using var executor = ProcessRig.Create(o => o with { Logger = logger });
        var pid = await ProcessRig.ReadyAsync(executor);
        var replaced = logger.LoggedAsync(line => line.EndsWith("is ready.", StringComparison.Ordinal) && !line.Contains($" {pid} ", StringComparison.Ordinal));

        ProcessRig.Kill(pid);

        await replaced.Within("the replacement");
        Assert.NotEqual(pid, await ProcessRig.ReadyAsync(executor));
        Assert.Equal((1L, 1L, 0L), (executor.Statistics.WorkersCrashed, executor.Statistics.WorkersRespawned, executor.Statistics.Failed));
    }

    [Fact]
    public async Task Cancel_WorkThatListens_EndsItAndKeepsTheWorker()
    {
        await using var executor = ProcessRig.Create();
        var pid = await ProcessRig.ReadyAsync(executor);
        using var stop = new CancellationTokenSource();
        var running = executor.RunAsync(Work.Obedient, 0, stop.Token);

        await stop.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Within("the cancellation"));
        Assert.Equal(stop.Token, error.CancellationToken);
        Assert.Equal(pid, await ProcessRig.ReadyAsync(executor));
        Assert.Equal((1L, 0L), (ProcessRig.Balanced(executor).Cancelled, executor.Statistics.WorkersKilled));
    }

    [Fact]
    public async Task Cancel_WorkThatAnswersAllTheSame_ReturnsTheAnswer()
    {
        await using var executor = ProcessRig.Create();
        await ProcessRig.ReadyAsync(executor);
        using var stop = new CancellationTokenSource();
        var running = executor.RunAsync(Work.Stubborn, 8, stop.Token);

        await stop.CancelAsync();

        Assert.Equal(8, await running.Within("the answer"));
    }

    [Fact]
    public async Task FU5_Cancel_WorkThatIgnoresIt_IsKilledAfterTheGraceAndReplaced()
    {
        var clock = new TestClock();
        await using var executor = ProcessRig.Create(o => o with { TimeProvider = clock, CancellationGrace = TimeSpan.FromSeconds(5) });
        var pid = await ProcessRig.ReadyAsync(executor);
        using var stop = new CancellationTokenSource();
        var running = executor.RunAsync(Work.Endless, 0, stop.Token);

        await stop.CancelAsync();
        clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(running.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Within("the kill"));
        Assert.Equal(stop.Token, error.CancellationToken);
        Assert.Contains("ignored its cancellation for 00:00:05", error.Message, StringComparison.Ordinal);
        Assert.IsType<WorkerCrashedException>(error.InnerException);
        Assert.NotEqual(pid, await ProcessRig.ReadyAsync(executor));
        var statistics = ProcessRig.Balanced(executor);
        Assert.Equal((1L, 0L, 1L), (statistics.WorkersKilled, statistics.WorkersCrashed, statistics.WorkersRespawned));
    }

    [Fact]
    public async Task Cancel_WorkThatIgnoresIt_TakesTheOtherRequestsOfTheWorkerAlong()
    {
        var clock = new TestClock();
        await using var executor = ProcessRig.Create(o => o with { TimeProvider = clock, RequestsPerWorker = 2 });
        await ProcessRig.ReadyAsync(executor);
        using var stop = new CancellationTokenSource();
        var stuck = executor.RunAsync(Work.Endless, 0, stop.Token);
        var other = executor.RunAsync(Work.Obedient, 0);

        await stop.CancelAsync();
        clock.Advance(TimeSpan.FromSeconds(5));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stuck.Within("the kill"));
        var error = await Assert.ThrowsAsync<WorkerCrashedException>(() => other.Within("the other one"));
        Assert.Contains("was killed while it ran 'obedient': 'endless' ignored its cancellation", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Timeout_WorkThatListens_ThrowsTimeoutAndKeepsTheWorker()
    {
        var clock = new TestClock();
        await using var executor = ProcessRig.Create(o => o with { TimeProvider = clock });
        var pid = await ProcessRig.ReadyAsync(executor);
        var running = executor.RunAsync(Work.Obedient, 0, TimeSpan.FromMinutes(5));

        clock.Advance(TimeSpan.FromMinutes(5));

        var error = await Assert.ThrowsAsync<TimeoutException>(() => running.Within("the timeout"));
        Assert.Contains("'obedient' did not end within 00:05:00", error.Message, StringComparison.Ordinal);
        Assert.Equal(pid, await ProcessRig.ReadyAsync(executor));
    }

    [Fact]
    public async Task Timeout_TheWorkerKnowsItItself()
    {
        // The parent's clock stands still, so only the time that the request carries can end the work.
        await using var executor = ProcessRig.Create(o => o with { TimeProvider = new TestClock() });
        await ProcessRig.ReadyAsync(executor);

        await Assert.ThrowsAsync<TimeoutException>(() => executor.RunAsync(Work.Obedient, 0, TimeSpan.FromMilliseconds(20)).Within("the timeout"));
    }

    [Fact]
    public async Task Timeout_InTheQueue_NeverRuns()
    {
        var clock = new TestClock();
        await using var executor = ProcessRig.Create(o => o with { TimeProvider = clock, QueueLimit = 1 });
        await ProcessRig.ReadyAsync(executor);
        using var stop = new CancellationTokenSource();
        var running = executor.RunAsync(Work.Obedient, 0, stop.Token);
        var queued = executor.RunAsync(Work.Calls, 0, TimeSpan.FromSeconds(1));
        var waiting = executor.RunAsync(Work.Calls, 0, TimeSpan.FromSeconds(1));

        clock.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<TimeoutException>(() => queued.Within("the queued one"));
        await Assert.ThrowsAsync<TimeoutException>(() => waiting.Within("the one without a place"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Within("the running one"));
        Assert.Equal(1, await executor.RunAsync(Work.Calls, 0).Within("the first call that ran"));
    }

    [Fact]
    public async Task FU5_ReplyThatIsTooLarge_FailsAloneAndTyped()
    {
        await using var executor = ProcessRig.Create(o => o with { MaximumFrameBytes = 64 * 1024 });
        var pid = await ProcessRig.ReadyAsync(executor);

        Assert.Equal(60_000, (await executor.RunAsync(Work.Large, 60_000).Within("a large reply")).Length);
        var error = await Assert.ThrowsAsync<FrameTooLargeException>(() => executor.RunAsync(Work.Large, 10_000_000).Within("the failure"));

        Assert.Equal(("large", 64 * 1024), (error.WorkName, error.LimitBytes));
        Assert.Contains("The output of 'large' is larger than a frame of 65536 bytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(pid, await ProcessRig.ReadyAsync(executor));
    }

    [Fact]
    public async Task FU5_RequestThatIsTooLarge_IsNotTakenIn()
    {
        await using var executor = ProcessRig.Create(o => o with { MaximumFrameBytes = 64 * 1024, QueueLimit = 1, RejectWhenFull = true });

        var error = await Assert.ThrowsAsync<FrameTooLargeException>(() => executor.RunAsync(Work.Echo, new string('x', 64 * 1024)).Within("the failure"));

        Assert.Contains("The input of 'echo'", error.Message, StringComparison.Ordinal);
        Assert.Equal((0L, 0L), (executor.Statistics.Accepted, executor.Statistics.WorkersStarted));
        Assert.Equal(9, await executor.RunAsync(Work.Square, 3).Within("a place is still there"));
    }

    [Fact]
    public async Task FU5_ReplyThatCannotBeWritten_FailsTyped()
    {
        await using var executor = ProcessRig.Create();

        var error = await Assert.ThrowsAsync<ProcessWorkException>(() => executor.RunAsync(Work.Bad, 0).Within("the failure"));

        Assert.Contains("The output of 'bad' could not be written in the worker: This property cannot be read.", error.Message, StringComparison.Ordinal);
        Assert.Equal(typeof(InvalidOperationException).FullName, error.RemoteType);
        await ProcessRig.ReadyAsync(executor);
    }

    [Fact]
    public void FU5_WorkOfAnotherCatalog_IsRefusedByName()
    {
        var executor = ProcessRig.Create();
        var stranger = ProcessWork.DefineSynchronous("stranger", WorkJson.Default.Int32, WorkJson.Default.Int32, (number, _) => number);

        var error = Assert.Throws<ArgumentException>(() => { _ = executor.RunAsync(stranger, 1); });

        Assert.Contains("The process work 'stranger' is not in the catalogue of the process executor 'test'", error.Message, StringComparison.Ordinal);
    }
}
