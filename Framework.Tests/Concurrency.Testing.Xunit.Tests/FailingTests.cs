using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Scopes;
using Xunit.Abstractions;

namespace Concurrency.Testing.Xunit.Tests;

/// <summary>Tests that fail on purpose: not public, so that only <see cref="InProcess"/> runs them.</summary>
internal sealed class FailingTests(ITestOutputHelper output)
{
    public static int Runs { get; set; }

    [Simulation(Seed = 7, Strategy = "random")]
    public async Task LockOrder(Sim sim)
    {
        var left = sim.Name(new AsyncLock(), "left");
        var right = sim.Name(new AsyncLock(), "right");
        output.WriteLine($"in the schedule of {sim.Seed}");
        await TaskScope.RunAsync(scope =>
        {
            _ = scope.Start("first", token => TakeBothAsync(left, right, token));
            _ = scope.Start("second", token => TakeBothAsync(right, left, token));
            return Task.CompletedTask;
        });
    }

    [Simulation(Schedules = 100)]
    public void Number(Sim sim) => Assert.NotEqual(2, sim.Choose(3));

    [Simulation(Schedules = 10)]
    public void Passing(Sim sim)
    {
        Runs++;
        sim.Choose(3);
    }

    [Simulation(Schedules = 10)]
    public void NeverReached(Sim sim) => sim.Sometimes(() => false, "the impossible");

    [Simulation(Skip = "Skipped on purpose, to see that it costs nothing.", Strategy = "none", Schedules = 0)]
    public void Skipped() => Runs++;

    private static async Task TakeBothAsync(AsyncLock outer, AsyncLock inner, CancellationToken token)
    {
        using (await outer.LockAsync(token))
        using (await inner.LockAsync(token))
        {
            await Executor.Yield();
        }
    }
}
