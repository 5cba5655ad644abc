using Concurrency.Execution;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Strategies;
using Concurrency.Testing.Tests.Traces;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing.Tests;

public sealed class MinimiseTests
{
    private static readonly SimulationOptions s_options = new() { Strategy = SimulationStrategy.RandomWalk, Explain = false, Variables = _ => null };

    [Fact]
    public void Minimise_EveryBody_FailsAlikeWithNoMoreSwitches()
    {
        foreach (var (name, body, kind) in BuggyBodies.All)
        {
            for (ulong seed = 1; seed <= 20; seed++)
            {
                var failure = Simulation.Explore(body, s_options with { Seed = seed, Minimise = false }).Failure!;
                var minimised = Simulation.Minimise(body, failure, s_options);

                Assert.Equal(kind, minimised.Failure.Kind);
                Assert.Equal(failure.Exception?.GetType(), minimised.Failure.Exception?.GetType());
                Assert.True(minimised.ContextSwitchesAfter <= minimised.ContextSwitchesBefore, name);
                Assert.InRange(minimised.Replays, 1, 5000);
                var replayed = Simulation.Replay(body, minimised.Trace, s_options).Failure;
                Assert.Equal((minimised.Failure.Kind, minimised.Failure.Step), (replayed?.Kind, replayed?.Step));
            }
        }
    }

    [Fact]
    public void Minimise_LockOrderAmongBystanders_LeavesTheFewSwitchesThatMatter()
    {
        static async Task Body(Sim sim)
        {
            var noise = Enumerable.Range(0, 4).Select(_ => sim.Executor.RunAsync(async _ =>
            {
                for (var turn = 0; turn < 10; turn++)
                {
                    await Executor.Yield();
                }
            })).ToArray();
            await BuggyBodies.LockOrder(sim);
            await Task.WhenAll(noise);
        }

        for (ulong seed = 1; seed <= 5; seed++)
        {
            var minimised = Simulation.Explore(Body, s_options with { Seed = seed }).Failure!.Minimised!;

            Assert.True(minimised.ContextSwitchesBefore >= 15, $"{minimised.ContextSwitchesBefore} before");
            Assert.True(minimised.ContextSwitchesAfter <= 9, $"{minimised.ContextSwitchesAfter} after");
        }
    }

    [Fact]
    public void Minimise_DrawnValues_GoDownToTheSmallestThatFails()
    {
        var minimised = Simulation.Explore(BuggyBodies.DrawnValue, s_options).Failure!.Minimised!;

        Assert.Equal(700, minimised.Trace.Choices.Single(choice => choice.Kind == ChoiceKind.Value).Chosen);
        Assert.Equal(99, minimised.Trace.Choices.Single(choice => choice.Kind == ChoiceKind.Maybe).Chosen);
        Assert.Equal("The number was 700.", minimised.Failure.Message);
    }

    [Fact]
    public void Minimise_AnotherExceptionOnTheWay_IsNotTakenForTheSame()
    {
        static Task Body(Sim sim)
        {
            var number = sim.Choose(1000);
            return number switch
            {
                >= 900 => throw new InvalidOperationException("Large."),
                >= 1 => throw new ArgumentException("Small."),
                _ => Task.CompletedTask,
            };
        }

        for (ulong seed = 1; seed <= 40; seed++)
        {
            var failure = Simulation.Explore(Body, s_options with { Seed = seed }).Failure!;
            Assert.IsType(failure.Exception!.GetType(), failure.Minimised!.Failure.Exception);
        }
    }

    [Fact]
    public void Minimise_WithFewReplays_StopsAfterThem()
    {
        var minimised = Simulation.Explore(BuggyBodies.LostUpdate, s_options with { MaximumReplays = 3 }).Failure!.Minimised!;

        Assert.Equal(3, minimised.Replays);
        Assert.Equal(SimulationFailureKind.BodyFailed, minimised.Failure.Kind);
    }

    [Fact]
    public void Explore_WithoutMinimise_RunsNoMore()
    {
        Assert.Null(Simulation.Explore(BuggyBodies.LostUpdate, s_options with { Minimise = false }).Failure!.Minimised);
        Assert.Throws<ArgumentOutOfRangeException>(() => Simulation.Explore(BuggyBodies.LostUpdate, s_options with { MaximumReplays = 0 }));
    }

    [Fact]
    public void Minimise_ATraceThatPasses_IsRefused()
    {
        var trace = new SimulationTrace(1, "random", []);

        var error = Assert.Throws<ArgumentException>(() => Simulation.Minimise(_ => Task.CompletedTask, trace));

        Assert.Contains("does not fail", error.Message, StringComparison.Ordinal);
    }
}
