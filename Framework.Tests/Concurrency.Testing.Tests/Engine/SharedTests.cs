using Concurrency.Channels;
using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Scopes;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing.Tests.Engine;

public sealed class SharedTests
{
    [Fact]
    public void Race_TwoWriters_IsFoundWithBothPlaces()
    {
        var failure = Fails(async sim =>
        {
            var balance = sim.Shared(0, "balance");
            await Task.WhenAll(
                sim.Executor.RunAsync(_ => Task.FromResult(balance.Update(old => old + 1))),
                sim.Executor.RunAsync(_ => Task.FromResult(balance.Update(old => old + 2))));
        });

        Assert.Contains("'balance'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, failure.Message.Split("SharedTests.cs:").Length - 1);
    }

    [Fact]
    public void Race_ReaderAndWriterInTurns_IsFound() => Fails(async sim =>
    {
        var ready = sim.Shared(false, "ready");
        var reader = sim.Executor.RunAsync(async _ =>
        {
            while (!await ready.ReadAsync())
            {
                await Executor.Yield();
            }
        });
        await ready.WriteAsync(true);
        await reader;
    });

    [Fact]
    public void Race_ChildAndParentThatDoesNotWait_IsFound() => Fails(async sim =>
    {
        var value = sim.Shared(0, "value");
        await TaskScope.RunAsync(scope =>
        {
            _ = scope.Start("child", _ => value.WriteAsync(1).AsTask());
            value.Write(2);
            return Task.CompletedTask;
        });
    });

    [Fact]
    public void Race_ReadersLockAroundAWrite_IsFound() => Fails(async sim =>
    {
        var mutex = new AsyncLock();
        var value = sim.Shared(0, "value");
        await Task.WhenAll(
            sim.Executor.RunAsync(async token =>
            {
                using (await mutex.LockAsync(token))
                {
                    value.Write(1);
                }
            }),
            sim.Executor.RunAsync(_ =>
            {
                value.Write(2);
                return Task.CompletedTask;
            }));
    });

    [Fact]
    public void Race_AcrossADelay_IsFound() => Fails(async sim =>
    {
        var value = sim.Shared(0, "value");
        _ = sim.Executor.RunAsync(_ => value.WriteAsync(1).AsTask());
        await Task.Delay(TimeSpan.FromSeconds(1), sim.Clock);
        var gate = new AsyncManualResetEvent();
        var last = sim.Executor.RunAsync(async _ =>
        {
            await gate.WaitAsync();
            await value.WriteAsync(3);
        });
        var other = sim.Executor.RunAsync(_ => value.WriteAsync(4).AsTask());
        gate.Set();
        await Task.WhenAll(last, other);
    });

    [Fact]
    public void Order_ByALock_IsSeen() => Passes(async sim =>
    {
        var mutex = new AsyncLock();
        var value = sim.Shared(0, "value");
        async Task AddAsync(CancellationToken token)
        {
            using (await mutex.LockAsync(token))
            {
                var seen = await value.ReadAsync();
                await value.WriteAsync(seen + 1);
            }
        }

        await Task.WhenAll(sim.Executor.RunAsync(AddAsync), sim.Executor.RunAsync(AddAsync), sim.Executor.RunAsync(AddAsync));
        Assert.Equal(3, value.Read());
    });

    [Fact]
    public void Order_ByAChannel_IsSeen() => Passes(async sim =>
    {
        var channel = BoundedChannel.Create<int>(1);
        var value = sim.Shared(0, "value");
        _ = sim.Executor.RunAsync(async _ =>
        {
            value.Write(1);
            await channel.Writer.WriteAsync(1);
        });
        _ = sim.Executor.RunAsync(async _ =>
        {
            await channel.Reader.ReadAsync();
            value.Write(2);
            channel.Writer.Complete();
        });
        await channel.Reader.Completion;
        Assert.Equal(2, value.Read());
    });

    [Fact]
    public void Order_ByEvents_IsSeen() => Passes(async sim =>
    {
        var set = new AsyncManualResetEvent();
        var auto = new AsyncAutoResetEvent();
        var counted = new AsyncCountdownEvent(2);
        var sent = new OneShotEvent<int>();
        var value = sim.Shared(0, "value");
        _ = sim.Executor.RunAsync(_ =>
        {
            value.Write(1);
            set.Set();
            return Task.CompletedTask;
        });
        _ = sim.Executor.RunAsync(async _ =>
        {
            await set.WaitAsync();
            value.Write(2);
            auto.Set();
        });
        _ = sim.Executor.RunAsync(async _ =>
        {
            await auto.WaitAsync();
            value.Write(3);
            sent.Send(1);
            counted.Signal();
        });
        _ = sim.Executor.RunAsync(async _ =>
        {
            await sent.WaitAsync();
            value.Read();
            counted.Signal();
        });
        await counted.WaitAsync();
        value.Write(4);
    });

    [Fact]
    public void Order_ByTheEndsOfWork_IsSeen() => Passes(async sim =>
    {
        var value = sim.Shared(0, "value");
        var first = sim.Executor.RunAsync(async _ =>
        {
            await value.WriteAsync(1);
        });
        var second = sim.Executor.RunAsync(async _ =>
        {
            await Executor.Yield();
            await first;
            await value.WriteAsync(2);
        });
        await Task.WhenAll(first, second);
        await TaskScope.RunAsync(scope =>
        {
            value.Write(3);
            _ = scope.Start("child", _ => value.WriteAsync(4).AsTask());
            return Task.CompletedTask;
        });
        value.Write(5);
    });

    [Fact]
    public void Order_ByATimerThatWasArmedAfter_IsSeen() => Passes(async sim =>
    {
        var value = sim.Shared(0, "value");
        value.Write(1);
        await using var timer = sim.Clock.CreateTimer(_ => value.Write(2), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        await Task.Delay(TimeSpan.FromSeconds(2), sim.Clock);
        value.Read();
    });

    private static SimulationFailure Fails(Func<Sim, Task> body)
    {
        var failure = Simulation.Explore(body, new SimulationOptions { Schedules = 200, Strategy = SimulationStrategy.RandomWalk }).Failure;
        Assert.Equal(SimulationFailureKind.DataRace, failure?.Kind);
        return failure!;
    }

    private static void Passes(Func<Sim, Task> body) =>
        Simulation.Explore(body, new SimulationOptions { Schedules = 300, Strategy = SimulationStrategy.RandomWalk }).ThrowIfFailed();
}
