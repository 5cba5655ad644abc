using Concurrency.Execution;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Schedules;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing.Tests.Strategies;

/// <summary>Runs a body under all schedules of an exhaustive strategy, also after failures, and collects how they end.</summary>
internal sealed class AllSchedules
{
    public required SortedSet<string> Outcomes { get; init; }

    public required int Schedules { get; init; }

    public required int GivenUp { get; init; }

    /// <param name="strategy">Which schedules.</param>
    /// <param name="body">Adds a word for each thing that an observer of the outcome would see.</param>
    /// <param name="most">Fails beyond this many.</param>
    public static AllSchedules Run(SimulationStrategy strategy, Func<Sim, List<string>, Task> body, int most = 500_000)
    {
        var outcomes = new SortedSet<string>(StringComparer.Ordinal);
        var chosen = strategy.Create();
        var schedules = 0;
        var givenUp = 0;
        Interleaving.Enter();
        try
        {
            while (chosen.Begin(0, ScheduleEstimate.None))
            {
                Assert.True(schedules + givenUp < most, $"More than {most} schedules.");
                var seen = new List<string>();
                var world = new World(new WorldOptions { Strategy = chosen }, 0);
                new Schedule(world, sim => body(sim, seen), new CoverageTally()).Run(TimeSpan.FromMinutes(1));
                chosen.End(world.Failure is not null, world.Log.Hash);
                if (ReferenceEquals(world.Failure, WorldFailure.GivenUp))
                {
                    givenUp++;
                    continue;
                }

                schedules++;
                outcomes.Add($"{string.Join(' ', seen)}{(world.Failure is { } failure ? $" {failure.Kind}" : "")}");
            }
        }
        finally
        {
            Interleaving.Leave();
        }

        return new AllSchedules { Outcomes = outcomes, Schedules = schedules, GivenUp = givenUp };
    }
}
