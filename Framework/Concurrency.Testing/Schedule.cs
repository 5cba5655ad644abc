using Concurrency.Testing.Clock;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Faults;

namespace Concurrency.Testing;

/// <summary>One run of a body in a world, from its start to the end of all that it started.</summary>
internal sealed class Schedule(World world, Func<Sim, Task> body, CoverageTally tally, FaultLevel faults)
{
    public void Run(TimeSpan endGrace)
    {
        world.Coverage = tally;
        var outlook = new SimulationOutlook(world, tally);
        var sim = new Sim(world, outlook, tally, faults);
        var main = world.Start(_ => body(sim));
        world.RunUntil(() => main.IsCompleted, long.MaxValue);
        if (!main.IsCompleted)
        {
            world.AwaitEscapes();
            world.LookForRealWaits();
        }

        world.LookForEscapes();
        if (world.Failure is null && !main.IsCompleted)
        {
            world.Fail(SimulationFailureKind.Deadlock, Descriptions.Deadlock(world));
        }

        if (main is { IsFaulted: true, Exception: { } error })
        {
            var first = error.InnerExceptions[0];
            world.Fail(SimulationFailureKind.BodyFailed, first.Message, first);
        }
        else if (main.IsCanceled)
        {
            world.Fail(SimulationFailureKind.BodyFailed, "The body was cancelled.");
        }

        if (world.Failure is null)
        {
            RunRest(endGrace);
            world.LookForRemains();
            outlook.End();
        }
    }

    private void RunRest(TimeSpan endGrace)
    {
        var end = world.Clock.Now + ClockTime.Nanoseconds(endGrace);
        world.RunUntil(() => world.Clock.Now > end, end);
        world.LookForEscapes();
        if (world.Failure is null && world.Actors.Any(static actor => !actor.IsCaptured && Descriptions.IsUnfinished(actor)))
        {
            var goesOn = world.Clock.Timers.Count > 0 || world.Clock.Now > end;
            world.Fail(
                goesOn ? SimulationFailureKind.RunsAfterEnd : SimulationFailureKind.BlockedAtEnd,
                goesOn ? Descriptions.RunsAfterEnd(world, endGrace) : Descriptions.BlockedAtEnd(world));
        }
    }
}
