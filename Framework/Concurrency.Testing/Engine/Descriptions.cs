using System.Text;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Testing.Clock;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

/// <summary>The sentences of failures.</summary>
internal static class Descriptions
{
    public static string NameOf(IRootTask root) => WorkDescription.NameOf(root);

    public static string NameOf(Actor actor) => actor.Id == 0 ? "test body" : actor.Name.Length > 0 ? actor.Name : $"{WorkDescription.MethodOf(actor.Origin)} ({actor.Id})";

    public static string TooManySteps(World world, long maximum) =>
        $"The schedule took more than {maximum} steps, at {ClockTime.Span(world.Clock.Now)} of virtual time. Something goes on for ever, or the limit " +
        $"is too small (SimulationOptions.MaximumSteps). Last: {Busiest(world)}.";

    public static string Unhandled(Actor actor, Exception error) => $"A callback of '{NameOf(actor)}' threw, and nobody awaits it: {error}";

    public static string Deadlock(World world)
    {
        var text = new StringBuilder("Nothing can go on, no timer is pending, and the body has not ended.");
        AppendCycle(text, world);
        AppendBlocked(text, world);
        return text.ToString();
    }

    public static string BlockedAtEnd(World world)
    {
        var text = new StringBuilder("The body has ended, but something that it started waits for ever. Cancel it, complete what it waits for, or await it.");
        AppendCycle(text, world);
        AppendBlocked(text, world);
        return text.ToString();
    }

    public static string RunsAfterEnd(World world, TimeSpan grace)
    {
        var text = new StringBuilder($"The body has ended, but {grace} of virtual time later something that it started still goes on. Stop it, or await it.");
        AppendBlocked(text, world);
        return text.ToString();
    }

    private static string Busiest(World world)
    {
        var last = world.Actors.OrderByDescending(actor => actor.LastStep).Take(3).Select(actor => $"'{NameOf(actor)}' ({actor.Steps} steps)");
        return string.Join(", ", last);
    }

    private static void AppendCycle(StringBuilder text, World world)
    {
        var cycle = world.WaitCycle();
        if (cycle.Count > 0)
        {
            var links = cycle.Select(actor => $"'{NameOf(actor)}' holds {world.HoldsOf(actor)} and {world.WaitOf(actor)}");
            text.Append(" In a circle: ").AppendJoin("; ", links).Append('.');
        }
    }

    private static void AppendBlocked(StringBuilder text, World world)
    {
        foreach (var actor in world.Actors.Where(IsUnfinished))
        {
            text.Append("\n  ").Append(NameOf(actor)).Append(": ").Append(world.WaitOf(actor));
        }
    }

    public static bool IsUnfinished(Actor actor) => actor.Promise is { IsCompleted: false };
}
