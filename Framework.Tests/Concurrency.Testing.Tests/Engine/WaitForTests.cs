using Concurrency.Channels;
using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Scopes;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing.Tests.Engine;

public sealed class WaitForTests
{
    private static readonly SimulationOptions s_deadlocksOnly = new() { Detectors = Detectors.None, Strategy = SimulationStrategy.RandomWalk };

    [Fact]
    public void Deadlock_TwoLocks_NamesTheCircle()
    {
        var failure = Simulation.Explore(AbBaAsync, s_deadlocksOnly).Failure;

        Assert.Equal(SimulationFailureKind.Deadlock, failure?.Kind);
        Assert.Contains("'ab' holds 'a' and waits to acquire 'b'", failure!.Message, StringComparison.Ordinal);
        Assert.Contains("'ba' holds 'b' and waits to acquire 'a'", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deadlock_SameLockTwice_NamesTheHolder()
    {
        var failure = Simulation.Explore(
            async sim =>
            {
                var mutex = new AsyncLock();
                using (await mutex.LockAsync())
                using (await mutex.LockAsync())
                {
                }
            },
            s_deadlocksOnly).Failure;

        Assert.Equal(SimulationFailureKind.Deadlock, failure?.Kind);
        Assert.Contains("'test body' holds 'AsyncLock #1' and waits to acquire 'AsyncLock #1'", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deadlock_ReaderBehindAWaitingWriter_NamesTheCircle()
    {
        var failure = Simulation.Explore(
            async sim =>
            {
                var mutex = sim.Name(new AsyncReaderWriterLock(), "table");
                await TaskScope.RunAsync(scope =>
                {
                    _ = scope.Start("reader", async token =>
                    {
                        using (await mutex.ReaderLockAsync(token))
                        using (await mutex.ReaderLockAsync(token))
                        {
                        }
                    });
                    _ = scope.Start("writer", async token => (await mutex.WriterLockAsync(token)).Dispose());
                    return Task.CompletedTask;
                });
            },
            s_deadlocksOnly).Failure;

        Assert.Equal(SimulationFailureKind.Deadlock, failure?.Kind);
        Assert.Contains("'reader' holds 'table' and waits to acquire a share of 'table'", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deadlock_OnAChannelWithAName_SaysSo()
    {
        var failure = Simulation.Explore(
            async sim =>
            {
                var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(1) { Name = "orders" });
                await channel.Reader.ReadAsync();
            },
            s_deadlocksOnly).Failure;

        Assert.Equal(SimulationFailureKind.Deadlock, failure?.Kind);
        Assert.Contains("test body: waits to receive from 'orders'", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Name_OfASemaphore_IsUsedInReports()
    {
        var failure = Simulation.Explore(
            async sim =>
            {
                var slots = sim.Name(new AsyncSemaphore(1), "slots");
                await slots.WaitAsync();
                await slots.WaitAsync();
            },
            s_deadlocksOnly).Failure;

        Assert.Contains("'test body' holds 'slots' and waits to acquire 'slots'", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LockOrder_OppositeOrders_IsToldFromAScheduleThatDidNotDeadlock()
    {
        var failure = Simulation.Explore(
            async sim =>
            {
                var a = sim.Name(new AsyncLock(), "a");
                var b = sim.Name(new AsyncLock(), "b");
                await TaskScope.RunAsync(scope =>
                {
                    _ = scope.Start("ab", async token =>
                    {
                        await NestAsync(token, a, b);
                        await YieldAsync(40);
                    });
                    _ = scope.Start("ba", async token =>
                    {
                        await YieldAsync(20);
                        await NestAsync(token, b, a);
                    });
                    return Task.CompletedTask;
                });
            },
            new SimulationOptions { Strategy = SimulationStrategy.Fifo, Schedules = 3, Detectors = Detectors.LockOrder }).Failure;

        Assert.Equal(SimulationFailureKind.LockOrder, failure?.Kind);
        Assert.Contains("'ab' takes 'b' while it holds 'a'", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LockOrder_ThatDeadlocksInAnotherSchedule_IsToldAsTheDeadlock()
    {
        var failure = Simulation.Explore(AbBaAsync, new SimulationOptions { Strategy = SimulationStrategy.RandomWalk, Detectors = Detectors.LockOrder }).Failure;

        Assert.Equal(SimulationFailureKind.Deadlock, failure?.Kind);
    }

    [Fact]
    public void LockOrder_UnderACommonLock_IsNoFailure() => Passes(async sim =>
    {
        var (outer, a, b) = (new AsyncLock(), new AsyncLock(), new AsyncLock());
        await TaskScope.RunAsync(scope =>
        {
            _ = scope.Start("ab", token => NestAsync(token, outer, a, b));
            _ = scope.Start("ba", token => NestAsync(token, outer, b, a));
            return Task.CompletedTask;
        });
    });

    [Fact]
    public void LockOrder_OneAfterTheEndOfTheOther_IsNoFailure() => Passes(async sim =>
    {
        var (a, b) = (new AsyncLock(), new AsyncLock());
        await sim.Executor.RunAsync(token => NestAsync(token, a, b));
        await sim.Executor.RunAsync(token => NestAsync(token, b, a));
    });

    [Fact]
    public void LockOrder_OneActorInBothOrders_IsNoFailure() => Passes(async sim =>
    {
        var (a, b) = (new AsyncLock(), new AsyncLock());
        await NestAsync(default, a, b);
        await NestAsync(default, b, a);
    });

    [Fact]
    public void LockOrder_SharesOnly_IsNoFailure() => Passes(async sim =>
    {
        var (a, b) = (new AsyncReaderWriterLock(), new AsyncReaderWriterLock());
        async Task ReadAsync(AsyncReaderWriterLock first, AsyncReaderWriterLock second)
        {
            using (await first.ReaderLockAsync())
            using (await second.ReaderLockAsync())
            {
            }
        }

        await Task.WhenAll(sim.Executor.RunAsync(_ => ReadAsync(a, b)), sim.Executor.RunAsync(_ => ReadAsync(b, a)));
    });

    private static async Task YieldAsync(int times)
    {
        for (; times > 0; times--)
        {
            await Executor.Yield();
        }
    }

    private static async Task NestAsync(CancellationToken token, params AsyncLock[] locks)
    {
        var keys = new Stack<IDisposable>();
        foreach (var one in locks)
        {
            keys.Push(await one.LockAsync(token));
        }

        while (keys.TryPop(out var key))
        {
            key.Dispose();
        }
    }

    private static async Task AbBaAsync(Sim sim)
    {
        var a = sim.Name(new AsyncLock(), "a");
        var b = sim.Name(new AsyncLock(), "b");
        await TaskScope.RunAsync(scope =>
        {
            _ = scope.Start("ab", token => NestAsync(token, a, b));
            _ = scope.Start("ba", token => NestAsync(token, b, a));
            return Task.CompletedTask;
        });
    }

    private static void Passes(Func<Sim, Task> body) =>
        Simulation.Explore(body, new SimulationOptions { Schedules = 200, Strategy = SimulationStrategy.RandomWalk, Detectors = Detectors.Default | Detectors.LockOrder }).ThrowIfFailed();
}
