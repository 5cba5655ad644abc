using Concurrency.Channels;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing.Tests.Reports;

public sealed class CoverageTests
{
    private static readonly SimulationOptions s_options = new() { Schedules = 100, Strategy = SimulationStrategy.RandomWalk, Variables = _ => null };

    [Fact]
    public void Coverage_LabelledMaybe_CountsHowOftenItHappened()
    {
        var happened = 0;
        var report = Simulation.Explore(
            sim =>
            {
                happened += sim.Maybe(50, "crash") ? 1 : 0;
                sim.Maybe(50);
                return Task.CompletedTask;
            },
            s_options);

        Assert.Equal([KeyValuePair.Create("crash", (long)happened)], report.Coverage.Faults);
        Assert.InRange(happened, 20, 80);
        Assert.Equal(200, report.Coverage.Choices[ChoiceKind.Maybe]);
        Assert.Equal(0, report.Coverage.Choices[ChoiceKind.Select]);
    }

    [Fact]
    public void Coverage_Selects_CountsTheCasesThatWereTaken()
    {
        var report = Simulation.Explore(
            async sim =>
            {
                var left = BoundedChannel.Create<int>(1);
                var right = BoundedChannel.Create<int>(1);
                await left.Writer.WriteAsync(1);
                await right.Writer.WriteAsync(2);
                var select = sim.Name(new Select<int>().On(left.Reader, item => item).On(right.Reader, item => item), "inputs");
                await select.TakeAsync();
            },
            s_options);

        Assert.Equal(["inputs: case 1 of 2", "inputs: case 2 of 2"], report.Coverage.SelectCases.Keys);
        Assert.Equal(100, report.Coverage.SelectCases.Values.Sum());
    }

    [Fact]
    public void Coverage_Sometimes_CountsTheSchedulesThatReachedIt()
    {
        var sixes = 0;
        var report = Simulation.Explore(
            sim =>
            {
                var number = sim.Choose(7);
                sixes += number == 6 ? 1 : 0;
                sim.Sometimes(() => number == 6, "a six");
                sim.Sometimes(() => number == 6, "a six");
                sim.Sometimes(() => true, "anything");
                sim.Sometimes(() => false, "nothing");
                return Task.CompletedTask;
            },
            s_options);

        Assert.Equal(sixes, report.Coverage.Sometimes["a six"]);
        Assert.Equal(100, report.Coverage.Sometimes["anything"]);
        Assert.Equal(0, report.Coverage.Sometimes["nothing"]);
        Assert.Equal(["nothing"], report.NeverReached);
    }
}
