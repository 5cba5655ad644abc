using System.Text;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.Testing.Capture;
using Concurrency.Testing.Clock;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

/// <summary>The sentences of failures.</summary>
internal static class Descriptions
{
    public static string NameOf(IRootTask root) => WorkDescription.NameOf(root);

    public static string NameOf(Actor actor) => actor.Id == 0 ? "test body" : actor.Name.Length > 0 ? actor.Name
        : actor.IsCaptured ? $"{PoolItems.NameOf(actor.Origin.State!)} ({actor.Id})"
        : $"{WorkDescription.MethodOf(actor.Origin)} ({actor.Id})";

    public static string TooManySteps(World world, long maximum) =>
        $"The schedule took more than {maximum} steps, at {ClockTime.Span(world.Clock.Now)} of virtual time. Something goes on for ever, or the limit " +
        $"is too small (SimulationOptions.MaximumSteps). Last: {Busiest(world)}.";

    public static string LockOrder(World world, IReadOnlyList<LockOrders.Nesting> circle)
    {
        var links = circle.Select(nesting =>
            $"'{NameOf(nesting.Actor)}' takes '{world.NameOf(nesting.Wanted.Resource)}' while it holds {string.Join(" and ", nesting.Held.Select(hold => $"'{world.NameOf(hold.Resource)}'"))}");
        return $"Locks are taken in orders that can deadlock, although they did not in this schedule: {string.Join("; ", links)}. Take them in one order everywhere.";
    }

    public static string DataRace(World world, string name, string now, string before) =>
        $"Nothing puts two accesses to '{name}' in an order, at step {world.Steps}: {now}, and {before}. Hold a lock around both, or hand the value over through a channel.";

    public static string Blocks(Actor actor, BlockingStack stack) =>
        $"'{NameOf(actor)}' blocks the simulation's only thread in {stack.Operation}, at {stack.CallSite}, and nobody could end the wait. Await it instead.\n{stack.Text}";

    public static string Blocked(Actor actor) =>
        $"'{NameOf(actor)}' blocked the simulation's only thread in a wait that nobody could end. It was interrupted. Await instead of Wait(), Result and lock.";

    public static string LeakedScope(TaskScope scope) =>
        $"The scope '{scope.Name}' is still open at the end{(scope.Children is { Count: > 0 } children ? $", with {string.Join(", ", children.Select(child => $"'{child}'"))} inside" : "")}. Await TaskScope.RunAsync, and let its body and its children end.";

    public static string IgnoredCancellation(TaskScope scope, int steps) =>
        $"The scope '{scope.Name}' was cancelled ({scope.Reason}) and {steps} steps later {string.Join(", ", scope.Children.Select(child => $"'{child}'"))} still runs. Pass its token on, and look at it in loops.";

    public static string Starvation(World world, ReadyItem item, int steps) =>
        $"'{NameOf(item.Actor)}' could go on and has not had a turn for {steps} steps, while others had theirs: {Busiest(world)}.";

    public static string Livelock(World world, int steps) =>
        $"For {steps} steps nothing happened that had not happened before: {Busiest(world)} go on and on. Let them wait for what they look for.";

    public static string Unhandled(Actor actor, Exception error) => $"A callback of '{NameOf(actor)}' threw, and nobody awaits it: {error}";

    public static string RealTimers(World world, long timers)
    {
        var text = new StringBuilder($"The schedule waits for real time: nothing can go on, no virtual timer is pending, and {timers} real timer{(timers == 1 ? " is" : "s are")} " +
            "active that did not run when it began. Give the clock of the simulation (Sim.Clock) to Task.Delay, PeriodicTimer, CancellationTokenSource and WaitAsync, and set the time limits of libraries to infinite.");
        AppendBlocked(text, world);
        return text.ToString();
    }

    public static string CameLate(World world, string name)
    {
        var text = new StringBuilder($"The schedule waits for real I/O or another thread: nothing could go on, and then '{name}' was queued from outside of the simulation. Use an in-memory stream, and no thread of your own.");
        AppendBlocked(text, world);
        return text.ToString();
    }

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

    private static void AppendLost(StringBuilder text, World world, Actor actor)
    {
        foreach (var wait in actor.Waits)
        {
            if (world.LastNotified(wait.Resource) is { } last && last.Step < actor.LastStep)
            {
                text.Append($" (a lost wake-up: {(last.By is null ? "a timer" : $"'{NameOf(last.By)}'")} notified it at step {last.Step}, before it waited)");
            }
        }
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
            AppendLost(text, world, actor);
        }
    }

    public static bool IsUnfinished(Actor actor) => actor.Promise is { IsCompleted: false };
}
