using Concurrency.Channels;
using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Scopes;
using Concurrency.Testing.Engine;

namespace Concurrency.Testing.Tests.Traces;

/// <summary>Small tests that fail in some schedules.</summary>
internal static class BuggyBodies
{
    public static readonly IReadOnlyList<(string Name, Func<Sim, Task> Body, SimulationFailureKind Kind)> All =
    [
        (nameof(LockOrder), LockOrder, SimulationFailureKind.Deadlock),
        (nameof(LostUpdate), LostUpdate, SimulationFailureKind.BodyFailed),
        (nameof(LostItem), LostItem, SimulationFailureKind.Deadlock),
        (nameof(DrawnValue), DrawnValue, SimulationFailureKind.BodyFailed),
        (nameof(Timers), Timers, SimulationFailureKind.AlwaysViolated),
    ];

    /// <summary>Two actors take two locks in opposite orders.</summary>
    public static async Task LockOrder(Sim sim)
    {
        var left = sim.Name(new AsyncLock(), "left");
        var right = sim.Name(new AsyncLock(), "right");
        await TaskScope.RunAsync(scope =>
        {
            _ = scope.Start("first", async token =>
            {
                using (await left.LockAsync(token))
                using (await right.LockAsync(token))
                {
                    await Executor.Yield();
                }
            });
            _ = scope.Start("second", async token =>
            {
                using (await right.LockAsync(token))
                using (await left.LockAsync(token))
                {
                    await Executor.Yield();
                }
            });
            return Task.CompletedTask;
        });
    }

    /// <summary>Three actors add to a number that they read before a turn ends.</summary>
    public static async Task LostUpdate(Sim sim)
    {
        var total = 0;
        await TaskScope.RunAsync(scope =>
        {
            for (var actor = 0; actor < 3; actor++)
            {
                _ = scope.Start($"adder {actor}", async _ =>
                {
                    await Executor.Yield();
                    var seen = total;
                    await Executor.Yield();
                    total = seen + 1;
                });
            }

            return Task.CompletedTask;
        });
        Assert.Equal(3, total);
    }

    /// <summary>Two readers look at a count before they take.</summary>
    public static async Task LostItem(Sim sim)
    {
        var items = sim.Name(BoundedChannel.Create<int>(2), "items");
        await items.Writer.WriteAsync(1);
        await items.Writer.WriteAsync(2);
        await TaskScope.RunAsync(scope =>
        {
            for (var actor = 0; actor < 3; actor++)
            {
                _ = scope.Start($"taker {actor}", async token =>
                {
                    if (items.Reader.Count > 0)
                    {
                        await Executor.Yield();
                        await items.Reader.ReadAsync(token);
                    }
                });
            }

            return Task.CompletedTask;
        });
    }

    /// <summary>Fails for large numbers, behind a maybe.</summary>
    public static async Task DrawnValue(Sim sim)
    {
        var number = sim.Choose(1000);
        await Executor.Yield();
        if (sim.Maybe(30, "noise"))
        {
            await Executor.Yield();
        }

        if (number >= 700)
        {
            throw new InvalidOperationException($"The number was {number}.");
        }
    }

    /// <summary>A timer and a worker race.</summary>
    public static async Task Timers(Sim sim)
    {
        var open = false;
        var used = false;
        sim.Always(() => !used || open, "used only while open");
        await TaskScope.RunAsync(scope =>
        {
            _ = scope.Start("opener", async token =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), sim.Clock, token);
                open = true;
            });
            _ = scope.Start("user", async token =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), sim.Clock, token);
                used = true;
            });
            return Task.CompletedTask;
        });
    }
}
