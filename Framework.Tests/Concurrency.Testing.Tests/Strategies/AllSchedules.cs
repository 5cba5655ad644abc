using Concurrency.Testing.Engine;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing.Tests.Strategies;

/// <summary>Runs a body under all schedules of an exhaustive strategy, also after failures, and collects how they end.</summary>
internal sealed class AllSchedules
{
    public required SortedSet<string> Outcomes { get; init; }

    public required int Schedules { get; init; }

    public required int GivenUp { get; init; }

    /// <summary>Whether there were more.</summary>
    public required bool IsCut { get; init; }

    /// <param name="strategy">Which schedules.</param>
    /// <param name="body">Adds a word for each thing that an observer of the outcome would see.</param>
    /// <param name="most">Ends after this many.</param>
    public static AllSchedules Run(SimulationStrategy strategy, Func<Sim, List<string>, Task> body, int most = 500_000)
    {
        var outcomes = new SortedSet<string>(StringComparer.Ordinal);
        var chosen = strategy.Create();
        var schedules = 0;
        var givenUp = 0;
        List<string> seen = [];
        Simulation.RunEvery(
            chosen,
            new Runner(sim => body(sim, seen = []), new SimulationOptions { Detectors = Detectors.None }),
            world =>
            {
                if (ReferenceEquals(world.Failure, WorldFailure.GivenUp))
                {
                    givenUp++;
                }
                else
                {
                    schedules++;
                    outcomes.Add($"{string.Join(' ', seen)}{(world.Failure is { } failure ? $" {failure.Kind}" : "")}");
                }

                return schedules + givenUp < most;
            });
        return new AllSchedules { Outcomes = outcomes, Schedules = schedules, GivenUp = givenUp, IsCut = schedules + givenUp >= most };
    }
}
