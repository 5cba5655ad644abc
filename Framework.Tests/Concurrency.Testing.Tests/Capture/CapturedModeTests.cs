using System.Threading.Channels;
using Concurrency.Testing.Engine;
using Concurrency.TestSupport;

namespace Concurrency.Testing.Tests.Capture;

[Collection(CapturedGroup.Name)]
public sealed class CapturedModeTests
{
    [Fact]
    public void SelfTest_OnThisRuntime_FindsNoDifference() => Assert.Null(SimulationThread.Run(CaptureSelfTest.Run));

    [Fact]
    public async Task Pool_AfterAThousandSchedules_HasItsLimitsAndRunsWork()
    {
        ThreadPool.GetMinThreads(out var leastBefore, out var leastPorts);
        ThreadPool.GetMaxThreads(out var mostBefore, out var mostPorts);
        Captured.Passes(_ => Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(static () => { }))), schedules: 1000);
        ThreadPool.GetMinThreads(out var least, out var portsAfter);
        ThreadPool.GetMaxThreads(out var most, out var mostPortsAfter);
        Assert.Equal((leastBefore, leastPorts, mostBefore, mostPorts), (least, portsAfter, most, mostPortsAfter));
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(static () => { }))).Within("work of the pool");
    }

    [Fact]
    public async Task Pool_AfterAFailure_HasItsLimitsAndRunsWork()
    {
        ThreadPool.GetMaxThreads(out var before, out _);
        var report = Simulation.Explore(_ => Task.Run(static () => throw new FormatException("meant")), Captured.Options());
        Assert.Equal(SimulationFailureKind.BodyFailed, report.Failure?.Kind);
        ThreadPool.GetMaxThreads(out var after, out _);
        Assert.Equal(before, after);
        await Task.Run(static () => { }).Within("work of the pool");
    }

    [Fact]
    public async Task Items_ThatWereQueuedBefore_AreGivenBack()
    {
        var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new ManualResetEventSlim();
        ThreadPool.GetMinThreads(out var workers, out _);
        for (var worker = 0; worker < workers; worker++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static release => release.Wait(), release, preferLocal: false);
        }

        ThreadPool.UnsafeQueueUserWorkItem(static ran => ran.TrySetResult(), ran, preferLocal: false);
        var exploring = new TaskCompletionSource<SimulationReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => exploring.SetResult(Simulation.Explore(static _ => Task.CompletedTask, Captured.Options(1)))) { IsBackground = true }.Start();
        release.Set();
        await ran.Task.Within("the item of before");
        Assert.Null((await exploring.Task.Within("the exploration")).Failure);
    }

    [Fact]
    public void LostUpdate_BehindASemaphoreThatLetsTwoIn_IsFoundAndReplayed()
    {
        static async Task Body(Sim sim)
        {
            using var semaphore = new SemaphoreSlim(2);
            var total = 0;
            await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
            {
                await semaphore.WaitAsync().ConfigureAwait(false);
                var seen = total;
                await Task.Yield();
                total = seen + 1;
                semaphore.Release();
            })));
            Assert.Equal(2, total);
        }

        var report = Simulation.Explore(Body, Captured.Options(200));
        Assert.Equal(SimulationFailureKind.BodyFailed, report.Failure?.Kind);
        Assert.NotNull(report.Failure!.Seed);
        var replay = Simulation.Replay(Body, report.Failure.Trace);
        Assert.Equal((SimulationFailureKind.BodyFailed, report.Failure.Step), (replay.Failure!.Kind, replay.Failure.Step));
        Assert.Equal(report.Failure.Trace.Hash, replay.Hash);
    }

    [Fact]
    public void Deadlock_OfBclChannels_IsToldFromAWaitForRealTime()
    {
        var deadlock = Simulation.Explore(
            static async _ =>
            {
                var first = Channel.CreateUnbounded<int>();
                var second = Channel.CreateUnbounded<int>();
                var one = Task.Run(async () => await second.Writer.WriteAsync(await first.Reader.ReadAsync().ConfigureAwait(false)).ConfigureAwait(false));
                var two = Task.Run(async () => await first.Writer.WriteAsync(await second.Reader.ReadAsync().ConfigureAwait(false)).ConfigureAwait(false));
                await Task.WhenAll(one, two).ConfigureAwait(false);
            },
            Captured.Options());
        Assert.Equal(SimulationFailureKind.Deadlock, deadlock.Failure?.Kind);

        var waits = Simulation.Explore(static async _ => await Task.Delay(TimeSpan.FromDays(1)).ConfigureAwait(false), Captured.Options());
        Assert.Equal(SimulationFailureKind.Escape, waits.Failure?.Kind);
        Assert.Contains("waits for real time", waits.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NewThread_ThatRunsCodeOfTheSchedule_IsAnEscape()
    {
        var report = Simulation.Explore(
            static async _ =>
            {
                var done = new TaskCompletionSource();
                var thread = new Thread(() => done.SetResult()) { IsBackground = true };
                thread.Start();
                await done.Task;
            },
            Captured.Options());
        Assert.Equal(SimulationFailureKind.Escape, report.Failure?.Kind);
    }

    [Fact]
    public void BlockingWait_InWorkOfThePool_IsInterruptedAndTold()
    {
        var report = Simulation.Explore(static _ => Task.Run(static () => new TaskCompletionSource().Task.Wait()), Captured.Options());
        Assert.Equal(SimulationFailureKind.BlockingWait, report.Failure?.Kind);
        Assert.Contains("blocked the simulation's only thread", report.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Explore_InsideOfACapturedSimulation_IsRefused()
    {
        var report = Simulation.Explore(static _ =>
        {
            Assert.Throws<InvalidOperationException>(() => Simulation.Explore(static _ => Task.CompletedTask));
            return Task.CompletedTask;
        }, Captured.Options(1));
        report.ThrowIfFailed();
    }

    [Fact]
    public void Prove_OfTheCapturedMode_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Simulation.Prove(static _ => Task.CompletedTask, Captured.Options()));
}
