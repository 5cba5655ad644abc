using Concurrency.Execution;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Strategies;
using Concurrency.Testing.Tests.Traces;

namespace Concurrency.Testing.Tests;

public sealed class SimulationVariablesTests
{
    private static readonly SimulationOptions s_options = new() { Schedules = 20, Strategy = SimulationStrategy.RandomWalk };

    [Fact]
    public void SimSchedules_TakesThePlaceOfTheOption() =>
        Assert.Equal(7, Simulation.Explore(Passing, With(("SIM_SCHEDULES", "7"))).Schedules);

    [Fact]
    public void SimSeed_WithoutAStrategy_IsTheSeedOfAllSchedules()
    {
        var asked = Simulation.Explore(Passing, With(("SIM_SEED", "000000000015")));
        var plain = Simulation.Explore(Passing, With() with { Seed = 37 });

        Assert.Equal(20, asked.Schedules);
        Assert.Equal(plain.Hash, asked.Hash);
        Assert.Equal(37UL, asked.Seed);
    }

    [Fact]
    public void SimTrace_IsReplayedInsteadOfExploring()
    {
        using var folder = new TemporaryFolder();
        var failure = Simulation.Explore(BuggyBodies.LockOrder, With()).Failure!;
        failure.Trace.Save(folder.File("a.simtrace"));

        var report = Simulation.Explore(BuggyBodies.LockOrder, With(("SIM_TRACE", folder.File("a.simtrace"))));

        Assert.Equal(1, report.Schedules);
        Assert.Equal((failure.Kind, failure.Step), (report.Failure?.Kind, report.Failure?.Step));
    }

    [Fact]
    public void SimTraceDir_GetsTheTraceOfAFailure()
    {
        using var folder = new TemporaryFolder();
        var directory = folder.File("made/when/missing");

        var report = Simulation.Explore(BuggyBodies.LockOrder, With(("SIM_TRACE_DIR", directory)));

        var path = report.Failure!.TracePath!;
        Assert.StartsWith(Path.GetFullPath(directory), path, StringComparison.Ordinal);
        Assert.Equal(SimulationFailureKind.Deadlock, Simulation.Replay(BuggyBodies.LockOrder, path).Failure?.Kind);
        Assert.Contains($"SIM_TRACE={path}", Assert.Throws<SimulationFailedException>(report.ThrowIfFailed).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SimTraceDir_ThatCannotBeMade_DoesNotHideTheFailure()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("file"), "");

        var report = Simulation.Explore(BuggyBodies.LockOrder, With(("SIM_TRACE_DIR", folder.File("file"))));

        Assert.Null(report.Failure!.TracePath);
        Assert.Contains("could not be written", Assert.Throws<SimulationFailedException>(report.ThrowIfFailed).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NoTraceDirectory_NothingIsWritten() => Assert.Null(Simulation.Explore(BuggyBodies.LockOrder, With()).Failure!.TracePath);

    [Fact]
    public void SimCheck_ADeterministicBody_PassesWithTwiceTheRuns()
    {
        var runs = 0;
        var report = Simulation.Explore(sim => { runs++; return Passing(sim); }, With(("SIM_CHECK", "1")));

        Assert.Null(report.Failure);
        Assert.Equal((20, 40), (report.Schedules, runs));
    }

    [Fact]
    public void SimCheck_ABodyThatDependsOnAStatic_FailsWithTheFirstDifferentChoice()
    {
        var runs = 0;
        Task Body(Sim sim)
        {
            sim.Choose(5);
            sim.Choose(++runs % 2 == 0 ? 6 : 7);
            return Task.CompletedTask;
        }

        var report = Simulation.Explore(Body, With(("SIM_CHECK", "1")));

        Assert.Equal(SimulationFailureKind.Nondeterminism, report.Failure?.Kind);
        Assert.Contains("choice 2", report.Failure!.Message, StringComparison.Ordinal);
        Assert.Null(Simulation.Explore(Body, With()).Failure);
    }

    [Fact]
    public void SimCheck_ABodyThatEndsInAnotherWay_Fails()
    {
        var runs = 0;
        var report = Simulation.Explore(async _ =>
        {
            await Executor.Yield();
            Assert.True(++runs % 2 == 1);
        }, With(("SIM_CHECK", "1")));

        Assert.Equal(SimulationFailureKind.Nondeterminism, report.Failure?.Kind);
        Assert.Contains("ended differently", report.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SimBudget_EndsTheExplorationWhenItHasPassed()
    {
        var clock = new Testing.Clock.VirtualClock();
        var report = Simulation.Explore(
            _ => { clock.AdvanceBy(TimeSpan.FromSeconds(25)); return Task.CompletedTask; },
            With(("SIM_BUDGET", "1m")) with { TimeProvider = clock });

        Assert.Equal(3, report.Schedules);
    }

    [Theory]
    [InlineData("SIM_SEED", "k3f9", "is not a seed")]
    [InlineData("SIM_SEED", "000000000001:best", "is not a strategy")]
    [InlineData("SIM_TRACE", "no-such-file.simtrace", "There is no trace")]
    [InlineData("SIM_SCHEDULES", "0", "a whole number from 1")]
    [InlineData("SIM_SCHEDULES", "many", "a whole number from 1")]
    [InlineData("SIM_CHECK", "yes", "1 (every schedule is run twice and compared) and 0")]
    [InlineData("SIM_BUDGET", "60", "a time with its unit")]
    [InlineData("SIM_BUDGET", "0s", "a time with its unit")]
    [InlineData("SIM_BUDGET", "-1s", "a time with its unit")]
    [InlineData("SIM_BUDGET", "25h", "a time with its unit")]
    public void AnyVariable_WithAWrongValue_IsRefusedWithItsNameAndWhatIsAllowed(string name, string value, string allowed)
    {
        var error = Assert.Throws<FormatException>(() => Simulation.Explore(Passing, With((name, value))));

        Assert.Contains($"The variable {name} is '{value}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(allowed, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void AnyVariable_Empty_CountsAsUnset(string value) =>
        Assert.Equal(20, Simulation.Explore(Passing, With(("SIM_SCHEDULES", value), ("SIM_SEED", value), ("SIM_BUDGET", value))).Schedules);

    private static SimulationOptions With(params (string Name, string Value)[] variables) =>
        s_options with { Variables = name => variables.FirstOrDefault(pair => pair.Name == name).Value };

    private static async Task Passing(Sim sim)
    {
        var other = sim.Executor.RunAsync(async _ => await Executor.Yield());
        await Executor.Yield();
        sim.Choose(3);
        await other;
    }
}
