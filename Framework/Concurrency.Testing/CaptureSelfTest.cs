using System.Collections.Concurrent;
using Concurrency.Execution;
using Concurrency.Testing.Capture;
using Concurrency.Testing.Schedules;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing;

/// <summary>Finds out, before the first capture, whether this version of .NET allows it.</summary>
internal static class CaptureSelfTest
{
    private const ulong Seed = 7;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Runs the test on the calling thread.</summary>
    /// <returns>What differs, as a clause; null if nothing does.</returns>
    public static string? Run()
    {
        var queues = PoolQueues.Find(out var difference);
        if (queues is null)
        {
            return difference;
        }

        using var pool = new CapturedPool(queues);
        try
        {
            using (PinnedPool.Pin())
            {
                pool.SetAside();
                difference = TryItems(pool) ?? TrySeed(pool);
                pool.BeginSchedule();
            }
        }
        finally
        {
            pool.GiveBack();
        }

        return difference ?? TryHealth();
    }

    /// <summary>Gives the pool work of three kinds, and runs it here, the last one first.</summary>
    private static string? TryItems(CapturedPool pool)
    {
        var ran = new ConcurrentQueue<(int Number, int Thread)>();
        void Note(int number) => ran.Enqueue((number, Environment.CurrentManagedThreadId));
        ThreadPool.UnsafeQueueUserWorkItem(_ => Note(0), null);
#pragma warning disable RS0030 // what is tested is where it goes
        _ = Task.Run(() => Note(1));
#pragma warning restore RS0030
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = NoteAfterAsync(source.Task, () => Note(2));
        source.SetResult();

        var items = new List<object>();
        while (pool.TryTake(out var item))
        {
            items.Add(item);
        }

        if (items.Count != 3)
        {
            return $"of 3 pieces of work {items.Count} came into its queues";
        }

        items.Reverse();
        items.ForEach(PoolQueues.Run);
        var here = Environment.CurrentManagedThreadId;
        return ran.SequenceEqual([(2, here), (1, here), (0, here)])
            ? null
            : $"its work did not run where and when it should: {string.Join(", ", ran.Select(one => $"{one.Number} on thread {one.Thread}"))} instead of 2, 1, 0 on thread {here}";
    }

    /// <summary>Runs one seed twice, after once for what is done only the first time.</summary>
    private static string? TrySeed(CapturedPool pool)
    {
        var runner = new Runner(static _ => MixedAsync(), new SimulationOptions { Detectors = Engine.Detectors.None }) { Pool = pool };
        var hashes = new ulong[3];
        for (var run = 0; run < hashes.Length; run++)
        {
            var strategy = new RandomWalk();
            strategy.Begin(Seed, ScheduleEstimate.None);
            var world = runner.Run(strategy, Seed);
            if (world.Failure is { } failure)
            {
                return $"a schedule of its work failed ({failure.Message})";
            }

            hashes[run] = world.Log.Hash;
        }

        return hashes[1] == hashes[2] ? null : "two runs of one seed were different";
    }

    private static string? TryHealth()
    {
        using var ran = new ManualResetEventSlim();
        ThreadPool.UnsafeQueueUserWorkItem(static ran => ran.Set(), ran, preferLocal: false);
        return ran.Wait(s_patience) ? null : "it did not run work after it was let go";
    }

    private static async Task MixedAsync()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
#pragma warning disable RS0030 // what is tested is where it goes
        var tasks = Enumerable.Range(0, 4).Select(_ => Task.Run(async () => await source.Task.ConfigureAwait(Executor.Current is not null))).ToArray();
#pragma warning restore RS0030
        source.SetResult();
        await Task.WhenAll(tasks).ConfigureAwait(Executor.Current is not null);
    }

    private static async Task NoteAfterAsync(Task first, Action note)
    {
        await first.ConfigureAwait(Executor.Current is not null);
        note();
    }
}
