using Concurrency.Channels;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Strategies;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing.Tests.Traces;

public sealed class ReplayTests
{
    private static readonly SimulationOptions s_bare = new() { Minimise = false, Explain = false, Variables = _ => null };

    [Fact]
    public void Replay_ThousandCollectedFailures_AllFailAtTheSameStep()
    {
        SimulationStrategy[] strategies = [SimulationStrategy.RandomWalk, SimulationStrategy.Pct(2), SimulationStrategy.Pos, SimulationStrategy.Pct(3)];
        var collected = 0;
        for (ulong seed = 1; collected < 1000; seed++)
        {
            var (name, body, kind) = BuggyBodies.All[(int)(seed % (ulong)BuggyBodies.All.Count)];
            var report = Simulation.Explore(body, s_bare with { Seed = seed, Strategy = strategies[seed % 4] });
            if (report.Failure is not { } failure)
            {
                continue;
            }

            collected++;
            Assert.Equal(kind, failure.Kind);
            var replayed = Simulation.Replay(body, failure.Trace, s_bare).Failure;
            Assert.True(replayed is not null, $"{name} with seed {seed} passed.");
            Assert.Equal((failure.Kind, failure.Step, failure.Message), (replayed.Kind, replayed.Step, replayed.Message));
            Assert.Equal(failure.Trace.Hash, replayed.Trace.Hash);
            Assert.Equal(failure.Trace.Choices, replayed.Trace.Choices);
        }
    }

    [Fact]
    public void Replay_OfASavedTrace_FailsAtTheSameStep()
    {
        using var folder = new TemporaryFolder();
        var failure = Simulation.Explore(BuggyBodies.LockOrder, s_bare).Failure!;
        var path = folder.File("a.simtrace");
        failure.Trace.Save(path);

        var replayed = Simulation.Replay(BuggyBodies.LockOrder, path).Failure!;

        Assert.Equal((failure.Kind, failure.Step), (replayed.Kind, replayed.Step));
        Assert.NotNull(replayed.Timeline);
    }

    [Fact]
    public void Replay_OfExhaustiveStrategies_FailsAtTheSameStep()
    {
        foreach (var strategy in new[] { SimulationStrategy.Dfs, SimulationStrategy.Dpor, SimulationStrategy.Portfolio })
        {
            foreach (var (name, body, _) in BuggyBodies.All)
            {
                if (Simulation.Explore(body, s_bare with { Strategy = strategy }).Failure is { } failure)
                {
                    var replayed = Simulation.Replay(body, failure.Trace, s_bare).Failure;
                    Assert.True(replayed is not null, $"{name} passed in the replay of {strategy}.");
                    Assert.Equal((failure.Kind, failure.Step, failure.Message), (replayed.Kind, replayed.Step, replayed.Message));
                }
            }
        }
    }

    [Fact]
    public void Replay_WhatTheScheduleWasWatchedFor_IsThatOfTheTrace()
    {
        static async Task Body(Sim sim)
        {
            var open = BoundedChannel.Create<int>(1);
            await open.Writer.WriteAsync(sim.Choose(3));
        }

        var failure = Simulation.Explore(Body, s_bare with { Detectors = Detectors.Default | Detectors.OpenChannels }).Failure!;
        using var folder = new TemporaryFolder();
        failure.Trace.Save(folder.File("a.simtrace"));

        Assert.Equal(failure.Kind, Simulation.Replay(Body, folder.File("a.simtrace")).Failure?.Kind);
    }

    [Fact]
    public void Replay_OfAPassingSchedule_Passes()
    {
        var trace = Trace(_ => Task.CompletedTask, []);

        var report = Simulation.Replay(_ => Task.CompletedTask, trace, s_bare);

        Assert.Null(report.Failure);
        Assert.Equal(1, report.Schedules);
    }

    [Fact]
    public void Replay_AnotherCountAtAChoice_DivergesThereAndNamesBoth()
    {
        var recorded = Failing(sim => Numbers(sim, 3, 4));

        var failure = Simulation.Replay(sim => Numbers(sim, 3, 7), recorded, s_bare).Failure!;

        Assert.Equal(SimulationFailureKind.Divergence, failure.Kind);
        Assert.Contains("choice 2", failure.Message, StringComparison.Ordinal);
        Assert.Contains("a Value of 4", failure.Message, StringComparison.Ordinal);
        Assert.Contains("this run has a Value of 7", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_AnotherKindOfChoice_Diverges()
    {
        var recorded = Failing(sim => Numbers(sim, 3, 100));

        var failure = Simulation.Replay(sim => { sim.Choose(3); sim.Maybe(); return Task.CompletedTask; }, recorded, s_bare).Failure!;

        Assert.Equal(SimulationFailureKind.Divergence, failure.Kind);
        Assert.Contains("a Maybe of 100", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_MoreChoicesThanRecorded_DivergesAtTheEndOfTheTrace()
    {
        var recorded = Failing(sim => Numbers(sim, 3));

        var failure = Simulation.Replay(sim => Numbers(sim, 3, 4), recorded, s_bare).Failure!;

        Assert.Equal(SimulationFailureKind.Divergence, failure.Kind);
        Assert.Contains("recorded is the end, after 1 choices", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_FewerChoicesThanRecorded_DivergesAtTheEndOfTheRun()
    {
        var recorded = Failing(sim => Numbers(sim, 3, 4));

        var failure = Simulation.Replay(sim => { sim.Choose(3); return Task.CompletedTask; }, recorded, s_bare).Failure!;

        Assert.Equal(SimulationFailureKind.Divergence, failure.Kind);
        Assert.Contains("after 1 choices, and 2 are recorded", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_PickAmongOtherTurns_NamesThem()
    {
        var recorded = Failing(sim => Actors(sim, 3));

        var failure = Simulation.Replay(sim => Actors(sim, 4), recorded, s_bare).Failure!;

        Assert.Equal(SimulationFailureKind.Divergence, failure.Kind);
        Assert.Contains("a pick among", failure.Message, StringComparison.Ordinal);
        Assert.Contains("actor 3", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_UnusableArguments_AreRefused()
    {
        var trace = Trace(BuggyBodies.LockOrder, []);

        Assert.Throws<ArgumentNullException>(() => Simulation.Replay(null!, trace));
        Assert.Throws<ArgumentNullException>(() => Simulation.Replay(BuggyBodies.LockOrder, (SimulationTrace)null!));
        Assert.Throws<FileNotFoundException>(() => Simulation.Replay(BuggyBodies.LockOrder, "no-such.simtrace"));
    }

    private static SimulationTrace Trace(Func<Sim, Task> body, Choice[] choices) => new(1, "random", choices) { Test = body.Method.Name };

    private static SimulationTrace Failing(Func<Sim, Task> body) => Simulation.Explore(
        async sim => { await body(sim); throw new InvalidOperationException("As planned."); }, s_bare with { Schedules = 1 }).Failure!.Trace;

    private static Task Numbers(Sim sim, params int[] counts)
    {
        foreach (var count in counts)
        {
            sim.Choose(count);
        }

        return Task.CompletedTask;
    }

    private static async Task Actors(Sim sim, int count)
    {
        var tasks = Enumerable.Range(0, count).Select(index => sim.Executor.RunAsync($"actor {index}", async _ => await Executor.Yield()));
        await Task.WhenAll(tasks);
    }
}
