using Concurrency.Channels;
using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Scopes;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing.Tests.Engine;

public sealed class DetectorTests
{
    [Fact]
    public void BlockingWait_OnATask_FailsWithTheLine()
    {
        var failure = Fails(SimulationFailureKind.BlockingWait, async sim =>
        {
            await Executor.Yield();
#pragma warning disable xUnit1031, VSTHRD002, VSTHRD103 // that it is found is what is tested
            sim.Executor.RunAsync(_ => Task.CompletedTask).Wait();
#pragma warning restore xUnit1031, VSTHRD002, VSTHRD103
        });

        Assert.Contains("Task.Wait", failure.Message, StringComparison.Ordinal);
        Assert.Contains("DetectorTests.cs:line", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BlockingWait_OnALockThatIsTaken_Fails() => Fails(SimulationFailureKind.BlockingWait, async sim =>
    {
        var mutex = new AsyncLock();
        using (await mutex.LockAsync())
        {
            mutex.Lock().Dispose();
        }
    });

    [Fact]
    public void BlockingWait_ThatDoesNotWait_Passes() => Passes(async sim =>
    {
        var mutex = new AsyncLock();
        mutex.Lock().Dispose();
        await Task.CompletedTask;
    });

    [Fact]
    public void BlockedAtEnd_WorkThatNobodyEnds_Fails() => Fails(SimulationFailureKind.BlockedAtEnd, sim =>
    {
        var channel = BoundedChannel.Create<int>(1);
        _ = sim.Executor.RunAsync(token => channel.Reader.ReadAsync(token).AsTask());
        return Task.CompletedTask;
    });

    [Fact]
    public void LostWakeUp_NotifiedBeforeTheWait_IsNamed()
    {
        async Task BodyAsync(Sim sim, bool looks)
        {
            var mutex = new AsyncLock();
            var changed = new AsyncConditionVariable(mutex);
            var ready = false;
            var waiter = sim.Executor.RunAsync(async token =>
            {
                using (await mutex.LockAsync(token))
                {
                    if (!looks || !ready)
                    {
                        await changed.WaitAsync(token);
                    }
                }
            });
            using (await mutex.LockAsync())
            {
                ready = true;
                changed.Notify();
            }

            await waiter;
        }

        var failure = Fails(SimulationFailureKind.Deadlock, sim => BodyAsync(sim, looks: false));
        Assert.Contains("a lost wake-up: 'test body' notified it", failure.Message, StringComparison.Ordinal);
        Passes(sim => BodyAsync(sim, looks: true));
    }

    [Fact]
    public void UnobservedFailure_OfWorkThatNobodyAwaits_Fails()
    {
        static Task ThrowAsync(CancellationToken token) => throw new InvalidDataException("lost");

        var failure = Fails(SimulationFailureKind.UnobservedFailure, sim =>
        {
            _ = sim.Executor.RunAsync(ThrowAsync);
            return Task.CompletedTask;
        });
        Assert.Contains("lost", failure.Message, StringComparison.Ordinal);
        Passes(async sim => await Assert.ThrowsAsync<InvalidDataException>(() => sim.Executor.RunAsync(ThrowAsync)));
    }

    [Fact]
    public void LeakedScope_NeverEnded_Fails()
    {
        var failure = Fails(SimulationFailureKind.LeakedScope, sim =>
        {
            _ = TaskScope.RunAsync(scope => new TaskCompletionSource().Task, new TaskScopeOptions { Name = "forgotten" });
            return Task.CompletedTask;
        });
        Assert.Contains("'forgotten'", failure.Message, StringComparison.Ordinal);
        Passes(sim => TaskScope.RunAsync(_ => Task.CompletedTask));
    }

    [Fact]
    public void Channel_NeverCompleted_FailsIfAsked()
    {
        static async Task BodyAsync(bool completes)
        {
            var channel = BoundedChannel.Create<int>(1);
            await channel.Writer.WriteAsync(1);
            await channel.Reader.ReadAsync();
            if (completes)
            {
                channel.Writer.Complete();
            }
        }

        Fails(SimulationFailureKind.ChannelMisuse, _ => BodyAsync(completes: false), Detectors.OpenChannels);
        Passes(_ => BodyAsync(completes: true), Detectors.All);
        Passes(_ => BodyAsync(completes: false));
    }

    [Fact]
    public void Channel_WrittenAfterCompletion_FailsIfAsked()
    {
        static async Task BodyAsync(Sim sim, bool waits)
        {
            var channel = BoundedChannel.Create<int>(2);
            var writer = sim.Executor.RunAsync(_ =>
            {
                channel.Writer.TryWrite(1);
                return Task.CompletedTask;
            });
            if (waits)
            {
                await writer;
            }

            channel.Writer.Complete();
            await writer;
        }

        Fails(SimulationFailureKind.ChannelMisuse, sim => BodyAsync(sim, waits: false), Detectors.WritesAfterCompletion);
        Passes(sim => BodyAsync(sim, waits: true), Detectors.WritesAfterCompletion);
    }

    [Fact]
    public void Cancellation_Ignored_FailsIfAsked()
    {
        static Task BodyAsync(bool looks) => TaskScope.RunAsync(async scope =>
        {
            _ = scope.Start("worker", async token =>
            {
                for (var turn = 0; turn < 3_000 && !(looks && token.IsCancellationRequested); turn++)
                {
                    await Executor.Yield();
                }
            });
            await Executor.Yield();
            scope.Cancel("enough.");
        });

        var failure = Fails(SimulationFailureKind.IgnoredCancellation, _ => BodyAsync(looks: false), Detectors.IgnoredCancellation);
        Assert.Contains("'worker'", failure.Message, StringComparison.Ordinal);
        Passes(_ => BodyAsync(looks: true), Detectors.IgnoredCancellation);
    }

    [Fact]
    public void Starvation_OfAnActor_FailsIfAsked()
    {
        static async Task BodyAsync(Sim sim)
        {
            var ended = false;
            var spinning = sim.Executor.RunAsync(async _ =>
            {
                while (!ended)
                {
                    await Executor.Yield();
                }
            });
            var other = sim.Executor.RunAsync(_ => Task.FromResult(ended = true));
            await Task.WhenAll(spinning, other);
        }

        var unfair = new SimulationOptions { Strategy = SimulationStrategy.Pct(1), Detectors = Detectors.Starvation, Explain = false, Minimise = false };
        Assert.Equal(SimulationFailureKind.Starvation, Simulation.Explore(BodyAsync, unfair).Failure?.Kind);
        Simulation.Explore(BodyAsync, unfair with { Strategy = SimulationStrategy.Fifo }).ThrowIfFailed();
    }

    [Fact]
    public void Livelock_OfTwoThatGiveWayToEachOther_FailsIfAsked()
    {
        static async Task BodyAsync(Sim sim, bool canEnd)
        {
            var asked = new AsyncManualResetEvent(canEnd);
            async Task PoliteAsync()
            {
                while (!asked.IsSet)
                {
                    await Executor.Yield();
                }
            }

            await Task.WhenAll(sim.Executor.RunAsync(_ => PoliteAsync()), sim.Executor.RunAsync(_ => PoliteAsync()));
        }

        Fails(SimulationFailureKind.Livelock, sim => BodyAsync(sim, canEnd: false), Detectors.Livelocks);
        Passes(sim => BodyAsync(sim, canEnd: true), Detectors.Livelocks);
    }

    [Fact]
    public void Escape_OfWorkThatComesBack_IsNamed()
    {
        var failure = Fails(SimulationFailureKind.Escape, async sim => await Task.Run(() => { }));

        Assert.Contains("left the simulation", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Escape_OfCodeThatRunsElsewhere_IsNamedIfAsked() => Fails(
        SimulationFailureKind.Escape,
        async sim =>
        {
            var never = new TaskCompletionSource();
            _ = Task.Run(() => { });
            await never.Task;
        },
        Detectors.Escapes);

    private static SimulationFailure Fails(SimulationFailureKind kind, Func<Sim, Task> body, Detectors detectors = Detectors.Default)
    {
        var failure = Simulation.Explore(body, Options(detectors)).Failure;
        Assert.True(kind == failure?.Kind, $"{failure?.Kind}: {failure?.Message}");
        return failure!;
    }

    private static void Passes(Func<Sim, Task> body, Detectors detectors = Detectors.Default) =>
        Simulation.Explore(body, Options(detectors)).ThrowIfFailed();

    private static SimulationOptions Options(Detectors detectors) => new()
    {
        Schedules = 100,
        Strategy = SimulationStrategy.RandomWalk,
        Detectors = detectors,
        Minimise = false,
        Explain = false,
    };
}
