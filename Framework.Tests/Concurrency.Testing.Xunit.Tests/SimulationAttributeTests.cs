using Concurrency.Testing.Engine;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing.Xunit.Tests;

public sealed class SimulationAttributeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("simulation").FullName;
    private readonly Variables _traces;

    public SimulationAttributeTests() => _traces = new Variables(("SIM_TRACE_DIR", _folder), ("SIM_SEED", null), ("SIM_SCHEDULES", null));

    public void Dispose()
    {
        _traces.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Failure_OfATest_ShowsKindTableSeedAndTrace()
    {
        var (_, _, result, message, output) = await OneAsync(nameof(FailingTests.LockOrder));

        Assert.Equal("failed", result);
        Assert.Contains(nameof(SimulationFailureKind.Deadlock), message, StringComparison.Ordinal);
        Assert.Contains("acquire left", message, StringComparison.Ordinal);
        Assert.Contains("FailingTests.cs:", message, StringComparison.Ordinal);
        Assert.Contains("To see it again: SIM_SEED=", message, StringComparison.Ordinal);
        Assert.Contains($"SIM_TRACE={_folder}", message, StringComparison.Ordinal);
        Assert.Contains("schedule", output, StringComparison.Ordinal);
        Assert.Contains("seed 000000000007: Deadlock", output, StringComparison.Ordinal);
        Assert.Single(output.Split("in the schedule of").Skip(1));
    }

    [Fact]
    public async Task Seed_OfAFailure_MakesItAgainInOneSchedule()
    {
        var first = await OneAsync(nameof(FailingTests.LockOrder));
        var seed = first.Message.Split("SIM_SEED=")[1].Split('\n')[0];
        using var variables = new Variables(("SIM_SEED", seed));

        var (_, _, result, message, output) = await OneAsync(nameof(FailingTests.LockOrder));

        Assert.Equal("failed", result);
        Assert.Contains($"SIM_SEED={seed}", message, StringComparison.Ordinal);
        Assert.Contains("1 schedule,", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_OfAFailure_IsReplayedByItsTestAlone()
    {
        await OneAsync(nameof(FailingTests.LockOrder));
        var path = Assert.Single(Directory.GetFiles(_folder, "*.simtrace"));
        Assert.Equal($"{typeof(FailingTests).FullName}.{nameof(FailingTests.LockOrder)}", SimulationTrace.Load(path).Test);
        using var variables = new Variables(("SIM_TRACE", path));

        var itself = await OneAsync(nameof(FailingTests.LockOrder));
        var other = await OneAsync(nameof(FailingTests.Passing));

        Assert.Contains("Deadlock", itself.Message, StringComparison.Ordinal);
        Assert.Contains("1 schedule,", itself.Output, StringComparison.Ordinal);
        Assert.Equal("passed", other.Result);
        Assert.Contains("10 schedules,", other.Output, StringComparison.Ordinal);
        Assert.Contains("was not used here", other.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AssertionInTheBody_IsTheInnerException()
    {
        var (_, _, _, message, _) = await OneAsync(nameof(FailingTests.Number));

        Assert.Contains(nameof(SimulationFailureKind.BodyFailed), message, StringComparison.Ordinal);
        Assert.Contains("Assert.NotEqual", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PassingTest_ShowsSchedulesStepsAndSeed()
    {
        FailingTests.Runs = 0;

        var (_, _, result, _, output) = await OneAsync(nameof(FailingTests.Passing));

        Assert.Equal("passed", result);
        Assert.Matches("10 schedules, \\d+ steps, strategy portfolio, seed 000000000001: passed", output);
        Assert.Equal(10, FailingTests.Runs);
    }

    [Fact]
    public async Task SomethingNeverReached_FailsTheTest()
    {
        var (_, _, result, message, _) = await OneAsync(nameof(FailingTests.NeverReached));

        Assert.Equal("failed", result);
        Assert.Contains("the impossible", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variables_AreHonoured()
    {
        using var variables = new Variables(("SIM_SCHEDULES", "3"), ("SIM_CHECK", "1"), ("SIM_SEED", "00000000000b"));
        FailingTests.Runs = 0;

        var (_, _, _, _, output) = await OneAsync(nameof(FailingTests.Passing));

        Assert.Contains("3 schedules,", output, StringComparison.Ordinal);
        Assert.Contains("seed 00000000000b", output, StringComparison.Ordinal);
        Assert.Equal(6, FailingTests.Runs);
    }

    [Fact]
    public async Task Variable_WithAWrongValue_FailsTheTestWithASentence()
    {
        using var variables = new Variables(("SIM_BUDGET", "soon"));

        var (_, _, result, message, _) = await OneAsync(nameof(FailingTests.Passing));

        Assert.Equal("failed", result);
        Assert.Contains("The variable SIM_BUDGET is 'soon'", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Skip_RunsNothingWhateverElseIsWrong()
    {
        FailingTests.Runs = 0;

        var (_, _, result, message, _) = await OneAsync(nameof(FailingTests.Skipped));

        Assert.Equal(("skipped", "Skipped on purpose, to see that it costs nothing."), (result, message));
        Assert.Equal(0, FailingTests.Runs);
    }

    [Fact]
    public async Task TestCases_WrittenDownAndReadAgain_RunTheSame()
    {
        var run = await InProcess.RunAsync(typeof(PlainTests), throughText: true);

        Assert.Equal(5, run.Results.Count);
        Assert.All(run.Results, result => Assert.Equal("passed", result.Result));
        Assert.Contains(run.Results, result => result.Name.EndsWith("Row_OfData_ComesAfterTheSim(number: 2, text: \"b\")", StringComparison.Ordinal));
        var order = run.Results.Single(result => result.Method == nameof(PlainTests.Items_OfOneWriter_ArriveInOrder));
        Assert.StartsWith("all read\n50 schedules", order.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(WrongTests.NoSim), "has no parameter")]
    [InlineData(nameof(WrongTests.OtherFirst), "takes a System.Int32 first")]
    [InlineData(nameof(WrongTests.NoData), "has parameters after the Sim, and no data for them")]
    [InlineData(nameof(WrongTests.NoPlaceForData), "has data, and no parameters for them")]
    [InlineData(nameof(WrongTests.Returns), "returns System.Int32")]
    [InlineData(nameof(WrongTests.AsyncVoid), "is async void")]
    [InlineData(nameof(WrongTests.Generic), "is generic")]
    public async Task WrongSignature_FailsWithWhatIsRight(string method, string fault)
    {
        var (_, _, result, message, _) = Assert.Single((await InProcess.RunAsync(typeof(WrongTests), method)).Results);

        Assert.Equal("failed", result);
        Assert.Contains(fault, message, StringComparison.Ordinal);
        Assert.Contains($"Write 'async Task {method}(Sim sim)'", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(WrongTests.LongRow), "has 1 parameters after the Sim, and a row of its data has 2 values")]
    [InlineData(nameof(WrongTests.BadStrategy), "'best' is not a strategy")]
    [InlineData(nameof(WrongTests.NoSchedules), "at least 1 schedule")]
    [InlineData(nameof(WrongTests.NoSteps), "at least 1 step")]
    public async Task WrongArguments_FailWithASentence(string method, string fault)
    {
        var (_, _, result, message, _) = Assert.Single((await InProcess.RunAsync(typeof(WrongTests), method)).Results);

        Assert.Equal("failed", result);
        Assert.Contains(fault, message, StringComparison.Ordinal);
    }

    private static async Task<(string Method, string Name, string Result, string Message, string Output)> OneAsync(string method) =>
        Assert.Single((await InProcess.RunAsync(typeof(FailingTests), method)).Results);
}
