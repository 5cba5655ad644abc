using System.Globalization;
using Concurrency.Coordination;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Histories;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing.Tests.Histories;

public sealed class LinearizableTests
{
    [Fact]
    public void Counter_ReadThenWrite_IsNotLinearizable()
    {
        var failure = Explore(CountAsync(async (sim, value) =>
        {
            var seen = await value.ReadAsync();
            await value.WriteAsync(seen + 1);
            return seen + 1;
        })).Failure;

        Assert.Equal(SimulationFailureKind.NotLinearizable, failure?.Kind);
        Assert.Contains("No order of the 3 operations", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Counter_UnderALock_IsLinearizable()
    {
        var mutex = new AsyncLock();
        Explore(CountAsync(async (sim, value) =>
        {
            using (await mutex.LockAsync())
            {
                var seen = await value.ReadAsync();
                await value.WriteAsync(seen + 1);
                return seen + 1;
            }
        })).ThrowIfFailed();
    }

    [Fact]
    public void Register_ReadsThatGoBack_AreRefuted()
    {
        var history = new OperationHistory<string, int>();
        history.Record("write 1", () => 1);
        history.Record("write 2", () => 2);
        history.Record("read", () => 1);

        Assert.Contains("read -> 1", Refute(new Register(), history), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_WriteThatNeverEnded_MayHaveHappenedOrNot()
    {
        foreach (var (first, second, isPossible) in new[] { (0, 0, true), (0, 1, true), (1, 1, true), (1, 0, false) })
        {
            var history = new OperationHistory<string, int>();
            var never = history.RecordAsync("write 1", () => new TaskCompletionSource<int>().Task);
            history.Record("read", () => first);
            history.Record("read", () => second);

            Assert.False(never.IsCompleted);
            Assert.Equal(isPossible, Refute(new Register(), history) is null);
        }

        await Task.CompletedTask;
    }

    [Fact]
    public async Task Queue_OverlappingPuts_MayBeTakenInEitherOrder_ButNotTwice()
    {
        foreach (var (first, second, isPossible) in new[] { ("a", "b", true), ("b", "a", true), ("a", "a", false) })
        {
            var history = new OperationHistory<string, string>();
            var a = new TaskCompletionSource<string>();
            var b = new TaskCompletionSource<string>();
            var puts = new[] { history.RecordAsync("put a", () => a.Task), history.RecordAsync("put b", () => b.Task) };
            a.SetResult("");
            b.SetResult("");
            await Task.WhenAll(puts);
            history.Record("take", () => first);
            history.Record("take", () => second);

            Assert.Equal(isPossible, Refute(new QueueOfLetters(), history) is null);
        }
    }

    [Fact]
    public void Registers_ByKey_AreLookedAtOneByOne()
    {
        var history = new OperationHistory<string, int>();
        for (var key = 0; key < 200; key++)
        {
            var name = key.ToString(CultureInfo.InvariantCulture);
            history.Record($"write {key} {name}", () => key);
            history.Record($"read of {name}", () => key);
        }

        Assert.Null(Refute(new Registers(), history));
        history.Record("read of 7", () => 8);
        Assert.Contains("on '7'", Refute(new Registers(), history), StringComparison.Ordinal);
    }

    private static string? Refute<TOperation, TResult, TState>(SequentialSpec<TState, TOperation, TResult> spec, OperationHistory<TOperation, TResult> history) =>
        new Linearization<TState, TOperation, TResult>(spec).Refute(history);

    private static Func<Sim, Task> CountAsync(Func<Sim, Shared<int>, Task<int>> add) => async sim =>
    {
        var value = sim.Shared(0, "counter");
        var history = new OperationHistory<string, int>();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => sim.Executor.RunAsync(_ => history.RecordAsync("add", () => add(sim, value)))));
        sim.Linearizable(new Counter(), history);
    };

    private static SimulationReport Explore(Func<Sim, Task> body) => Simulation.Explore(
        body, new SimulationOptions { Schedules = 200, Strategy = SimulationStrategy.RandomWalk, Detectors = Detectors.None });

    private sealed class Counter : SequentialSpec<int, string, int>
    {
        public override int Initial => 0;

        public override (int Next, int Result) Apply(int state, string operation) => (state + 1, state + 1);
    }

    private class Register : SequentialSpec<int, string, int>
    {
        public override int Initial => 0;

        public override (int Next, int Result) Apply(int state, string operation)
        {
            var words = operation.Split(' ');
            var next = words[0] == "write" ? int.Parse(words[1], CultureInfo.InvariantCulture) : state;
            return (next, next);
        }
    }

    private sealed class Registers : Register
    {
        public override object PartOf(string operation) => operation.Split(' ')[2];
    }

    private sealed class QueueOfLetters : SequentialSpec<string, string, string>
    {
        public override string Initial => "";

        public override (string Next, string Result) Apply(string state, string operation) => operation switch
        {
            "take" when state.Length == 0 => (state, ""),
            "take" => (state[1..], state[..1]),
            _ => (state + operation[4..], ""),
        };
    }
}
