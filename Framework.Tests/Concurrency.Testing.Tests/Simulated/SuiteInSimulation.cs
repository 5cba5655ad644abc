using System.Reflection;
using Concurrency.Testing.Faults;

namespace Concurrency.Testing.Tests.Simulated;

/// <summary>Runs the tests of a conformance suite in a simulation: each is the body of many schedules.</summary>
internal static class SuiteInSimulation
{
    private const int Schedules = 40;

    /// <summary>The names of a suite's tests.</summary>
    public static IEnumerable<string> FactsOf(Type suite) => suite
        .GetMethods()
        .Where(static method => method.IsDefined(typeof(FactAttribute)))
        .Select(static method => method.Name)
        .Order(StringComparer.Ordinal);

    /// <summary>Runs one of them.</summary>
    public static void Run(Func<Sim, IAsyncLifetime> create, string fact)
    {
        var report = Simulation.Explore(
            async sim =>
            {
                var suite = create(sim);
                await suite.InitializeAsync();
                try
                {
                    var ended = suite.GetType().GetMethod(fact)!.Invoke(suite, BindingFlags.DoNotWrapExceptions, null, null, null);
                    await (ended as Task ?? Task.CompletedTask);
                }
                finally
                {
                    await suite.DisposeAsync();
                }
            },
            new SimulationOptions { Schedules = Schedules, Faults = FaultLevel.None, Test = fact });
        report.ThrowIfFailed();
    }
}
