using Concurrency.Coordination;
using Concurrency.TestSupport;

namespace Concurrency.Testing.Tests.Points;

/// <summary>What blocks its thread only while it has to wait does not block a simulation's when it need not wait.</summary>
public sealed class BlockingMemberTests
{
    [Fact]
    public Task Lock_Free_Passes() => Passes(() =>
    {
        var mutex = new AsyncLock();
        return () => mutex.Lock().Dispose();
    });

    [Fact]
    public Task Semaphore_Free_Passes() => Passes(() =>
    {
        var semaphore = new AsyncSemaphore(1);
        return () =>
        {
            semaphore.Wait();
            semaphore.Release();
            semaphore.Lock().Dispose();
        };
    });

    [Fact]
    public Task CappedSemaphore_Free_Passes() => Passes(() =>
    {
        var semaphore = new CappedSemaphore(1, 1);
        return () =>
        {
            semaphore.Wait();
            semaphore.Release();
        };
    });

    [Fact]
    public Task ManualResetEvent_Set_Passes() => Passes(() => new AsyncManualResetEvent(true).Wait);

    [Fact]
    public Task AutoResetEvent_Set_Passes() => Passes(() =>
    {
        var signal = new AsyncAutoResetEvent(true);
        return () =>
        {
            signal.Wait();
            signal.Set();
        };
    });

    [Fact]
    public Task Countdown_AtZero_Passes() => Passes(() => new AsyncCountdownEvent(0).Wait);

    [Fact]
    public Task Barrier_TheLastOne_Passes() => Passes(() =>
    {
        var barrier = new AsyncBarrier(1);
        return () => Assert.Equal(0, barrier.SignalAndWait());
    });

    [Fact]
    public Task ReaderLock_Free_Passes() => Passes(() =>
    {
        var mutex = new AsyncReaderWriterLock();
        return () => mutex.ReaderLock().Dispose();
    });

    [Fact]
    public Task WriterLock_Free_Passes() => Passes(() =>
    {
        var mutex = new AsyncReaderWriterLock();
        return () => mutex.WriterLock().Dispose();
    });

    [Fact]
    public Task UpgradeableReaderLock_Free_PassesAndIsUpgraded() => Passes(() =>
    {
        var mutex = new AsyncReaderWriterLock();
        return () =>
        {
            using var key = mutex.UpgradeableReaderLock();
            key.Upgrade().Dispose();
        };
    });

    [Fact]
    public Task OneShotEvent_Sent_Passes() => Passes(() =>
    {
        var signal = new OneShotEvent<int>();
        signal.Send(3);
        return () => Assert.Equal(3, signal.Wait());
    });

    // A simulation whose thread is blocked does not end: on a thread of its own, so that the test does.
    private static Task Passes(Func<Action> prepare) => Task.Factory.StartNew(
        () => Explore(prepare), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Within("the simulation");

    private static void Explore(Func<Action> prepare)
    {
        var passed = 0;
        Simulation.Explore(
            async sim =>
            {
                var operation = prepare();
                Task GoAsync() => sim.Executor.InvokeAsync(() =>
                {
                    operation();
                    passed++;
                });

                await Task.WhenAll(GoAsync(), GoAsync());
            },
            new SimulationOptions { Schedules = 10 }).ThrowIfFailed();
        Assert.Equal(20, passed);
    }
}
