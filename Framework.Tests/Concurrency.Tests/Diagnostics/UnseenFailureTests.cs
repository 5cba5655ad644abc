using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Diagnostics;

/// <summary>Failures that nobody awaits surface when their executor ends, and only those.</summary>
[Collection(nameof(TracksTasks))]
public sealed class UnseenFailureTests
{
    private readonly ConcurrentQueue<TaskFailure> _reports = [];
    private readonly ListLogger _log = new();

    // A busy machine makes long turns, which are logged, too.
    private string[] Logged => [.. _log.Messages.Where(message => message.Contains("nobody had awaited it", StringComparison.Ordinal))];

    [Theory]
    [InlineData("cooperative")]
    [InlineData("thread")]
    [InlineData("pool")]
    [InlineData("inline")]
    public async Task AS5_FailureNobodyAwaits_IsReportedOnceWhenTheExecutorEnds(string kind)
    {
        var executor = Make(kind);
        var lost = executor.RunAsync("lost", FailAsync);
        _ = executor.InvokeAsync(static () => throw new InvalidTimeZoneException("sync"));
        await DrainAsync(executor);
        Assert.Empty(_reports);

        await executor.DisposeAsync().Within("the end");
        await executor.DisposeAsync().Within("the end, again");

        Assert.Equal(["lost", "sync"], _reports.Select(report => report.Error.Message).Order());
        Assert.Single(_reports, report => report.Name == "lost");
        Assert.Single(_reports, report => report.Name.EndsWith("(lambda)", StringComparison.Ordinal));
        Assert.All(_reports, static report => Assert.Equal("failing", report.Executor));
        Assert.Equal(2, Logged.Length);
        Assert.Single(Logged, message => message.Contains("'lost' failed on the", StringComparison.Ordinal));
        Assert.Single(_log.Errors, error => error.Message == "lost");
        Assert.True(TaskObservation.IsSeen(lost), "The collector is not to report it a second time.");
    }

    [Fact]
    public async Task AS5_FailureThatWasSeen_IsNotReported()
    {
        var executor = Make("pool");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => executor.RunAsync(FailAsync).Within("await"));
        var looked = executor.RunAsync(FailAsync);
        await looked.ContinueWith(static task => task.Exception, TaskScheduler.Default).Within("a continuation");
        var together = Task.WhenAll(executor.RunAsync(FailAsync), executor.RunAsync(FailAsync));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => together.Within("WhenAll"));
        var cancelled = executor.RunAsync(static _ => Task.FromCanceled(new CancellationToken(canceled: true)));
        var awaitedFirst = executor.RunAsync(_ => Wait(gate.Task));
        var awaiter = Assert.ThrowsAsync<InvalidTimeZoneException>(() => awaitedFirst);
        gate.SetResult();
        await DrainAsync(executor);

        await executor.DisposeAsync().Within("the end");

        Assert.True(cancelled.IsCompleted, "It has ended.");
        await awaiter.Within("the awaiter that may come after the end");
        Assert.Empty(_reports);
        Assert.Empty(Logged);

        static async Task Wait(Task gate)
        {
            await gate;
            throw new InvalidTimeZoneException();
        }
    }

    [Fact]
    public async Task AS5_RefusedStartNobodyAwaits_IsReportedToo()
    {
        var pool = new PoolExecutor(new PoolExecutorOptions
        {
            Name = "failing",
            MinimumThreads = 1,
            MaximumThreads = 1,
            QueueLimit = 1,
            RejectWhenFull = true,
            Logger = _log,
            OnUnseenFailure = _reports.Enqueue,
        });
        using var held = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = pool.InvokeAsync(() =>
        {
            entered.SetResult();
            held.Wait();
        });
        await entered.Task.Within("the first runs");
        var second = pool.InvokeAsync(static () => { });
        _ = pool.RunAsync("refused", static _ => Task.CompletedTask);
        held.Set();
        await Task.WhenAll(first, second).Within("the rest");

        await pool.DisposeAsync().Within("the end");

        var report = Assert.Single(_reports);
        Assert.Equal("refused", report.Name);
        Assert.IsType<ExecutorRejectedException>(report.Error);
    }

    [Fact]
    public async Task AS5_Report_HasTheStackOfTheStartWhenStacksAreRecorded()
    {
        var executor = Make("thread");
        using (TaskTracking.Enable(recordStacks: true))
        {
            _ = executor.RunAsync(FailAsync);
            await DrainAsync(executor);
            await executor.DisposeAsync().Within("the end");
        }

        var report = Assert.Single(_reports);
        Assert.Contains(nameof(AS5_Report_HasTheStackOfTheStartWhenStacksAreRecorded), report.CreatedAt!, StringComparison.Ordinal);
        Assert.Equal($"{typeof(UnseenFailureTests).FullName}.{nameof(FailAsync)}", report.Name);
        Assert.Contains(report.CreatedAt!, Assert.Single(Logged), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AS5_MoreFailuresThanAreKept_AreReportedEarlyAndNoneIsLost()
    {
        var executor = Make("thread");
        const int Count = FailureLedger.Most + 500;
        for (var number = 0; number < Count; number++)
        {
            _ = executor.RunAsync($"lost {number}", FailAsync);
        }

        await DrainAsync(executor);
        var early = _reports.Count;
        await executor.DisposeAsync().Within("the end");

        Assert.InRange(early, 1, Count - 1);
        Assert.Equal(Enumerable.Range(0, Count).Select(number => $"lost {number}"), _reports.Select(report => report.Name));
    }

    [Theory]
    [InlineData(10, 10, "")]
    [InlineData(11, 10, "end 1 of 11")]
    [InlineData(100, 11, "89 before 100")]
    [InlineData(200, 11, "89 before 100, end 100 of 200")]
    [InlineData(1_000, 12, "89 before 100, 899 before 1000")]
    public async Task AS5_ManyFailures_AreSampledInTheLogWithTheCountOfThoseLeftOut(int count, int logged, string leftOut)
    {
        var name = $"failing {Guid.NewGuid():N}";
        var executor = new InlineExecutor(new ExecutorOptions { Name = name, Logger = _log, OnUnseenFailure = _reports.Enqueue });
        var counted = 0L;
        using var meter = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "concurrency.executor.failures_unseen")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        meter.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags[0].Value as string == name)
            {
                Interlocked.Add(ref counted, value);
            }
        });
        meter.Start();
        for (var number = 0; number < count; number++)
        {
            _ = executor.InvokeAsync(static () => throw new InvalidTimeZoneException("sync"));
        }

        await executor.DisposeAsync().Within("the end");

        Assert.Equal(count, _reports.Count);
        Assert.Equal(count, counted);
        Assert.Equal(logged, Logged.Length);
        Assert.Equal(leftOut, string.Join(", ", _log.Messages.Select(LeftOut).OfType<string>()));
        Assert.All(
            _log.Messages.Where(static line => line.Contains("nobody had awaited it", StringComparison.Ordinal)),
            static line => Assert.EndsWith("TaskTracking.Enable(recordStacks: true) shows where it was started.", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AS5_FailuresThatWereSeen_AreNotKept()
    {
        await using var executor = Make("inline");
        var kept = SeenFailures(executor);

        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.InRange(kept.Count(static task => task.TryGetTarget(out _)), 0, 200);
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task AS5_CallbackThatThrows_IsLoggedAndTheRestIsReported()
    {
        var executor = new DedicatedThreadExecutor(new DedicatedThreadExecutorOptions
        {
            Name = "failing",
            Logger = _log,
            OnUnseenFailure = report =>
            {
                _reports.Enqueue(report);
                throw new InvalidCastException();
            },
        });
        _ = executor.RunAsync("one", FailAsync);
        _ = executor.RunAsync("two", FailAsync);
        await DrainAsync(executor);
        await executor.DisposeAsync().Within("the end");

        Assert.Equal(["one", "two"], _reports.Select(report => report.Name));
        Assert.Equal(2, _log.Errors.OfType<InvalidCastException>().Count());
    }

    [Theory]
    [InlineData("cooperative")]
    [InlineData("thread")]
    [InlineData("pool")]
    [InlineData("inline")]
    public async Task AS5_LoggerThatThrows_LeavesTheEndOfTheExecutorAsItIs(string kind)
    {
        Executor executor = kind switch
        {
            "cooperative" => new CooperativeExecutor(new CooperativeExecutorOptions { Logger = new ThrowingLogger() }),
            "thread" => new DedicatedThreadExecutor(new DedicatedThreadExecutorOptions { Logger = new ThrowingLogger() }),
            "pool" => new PoolExecutor(new PoolExecutorOptions { Logger = new ThrowingLogger(), MaximumThreads = 1 }),
            _ => new InlineExecutor(new ExecutorOptions { Logger = new ThrowingLogger() }),
        };
        _ = executor.RunAsync("lost", FailAsync);
        await DrainAsync(executor);

        await executor.DisposeAsync().Within("the end");

        Assert.False(executor.TryPost(static () => { }));
    }

    [Fact]
    public void AS5_ProgramThatFails_IsNotReportedBecauseRunThrowsIt()
    {
        Assert.Throws<InvalidTimeZoneException>(() => CooperativeExecutor.Run(
            FailAsync, new CooperativeExecutorOptions { Name = "failing", Logger = _log, OnUnseenFailure = _reports.Enqueue }));

        Assert.Empty(_reports);
        Assert.Empty(Logged);
    }

    [Fact]
    public async Task AS5_ChildOfAScopeNobodyAwaits_SurfacesWhenTheScopeEnds()
    {
        await using var executor = Make("cooperative");

        var error = await Assert.ThrowsAnyAsync<Exception>(() => TaskScope.RunAsync(scope =>
        {
            _ = scope.Start("lost", FailAsync, executor);
            return Task.CompletedTask;
        }).Within("the scope"));

        Assert.Contains("lost", error.ToString(), StringComparison.Ordinal);
        await executor.DisposeAsync().Within("the end");
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task TaskObservation_OnThisRuntime_TellsAwaitedAndSeenTasks()
    {
        Assert.True(TaskObservation.IsAvailable, "This version of .NET keeps the marks elsewhere: look for them, see docs/decisions/0008.");
        var source = new TaskCompletionSource();
        Assert.False(TaskObservation.IsAwaited(source.Task));
        var awaiter = Assert.ThrowsAsync<InvalidTimeZoneException>(() => source.Task);
        Assert.True(TaskObservation.IsAwaited(source.Task));
        source.SetException(new InvalidTimeZoneException());
        await awaiter;
        Assert.True(TaskObservation.IsSeen(source.Task));

        var unseen = Task.FromException(new InvalidTimeZoneException());
        Assert.False(TaskObservation.IsSeen(unseen));
        Assert.NotNull(unseen.Exception);
        Assert.True(TaskObservation.IsSeen(unseen));
    }

    private static string? LeftOut(string line)
    {
        var numbers = Regex.Matches(line, @"(?<![\w'])\d+(?= |\.$)").Select(static match => match.Value).ToArray();
        return line.Contains("were counted and not logged", StringComparison.Ordinal) ? $"{numbers[0]} before {numbers[^1]}"
            : line.Contains("more tasks failed on the", StringComparison.Ordinal) ? $"end {numbers[0]} of {numbers[^1]}"
            : null;
    }

    private static async Task FailAsync(CancellationToken cancellationToken)
    {
        await Executor.Yield();
        throw new InvalidTimeZoneException("lost");
    }

    private static async Task DrainAsync(Executor executor) =>
        Assert.True(await executor.DrainAsync(Timeout.InfiniteTimeSpan).Within("the drain"), "All work has ended.");

    private static List<WeakReference<Task>> SeenFailures(Executor executor)
    {
        var kept = new List<WeakReference<Task>>();
        for (var number = 0; number < 10_000; number++)
        {
            var task = executor.InvokeAsync(static () => throw new InvalidTimeZoneException());
            _ = task.Exception;
            kept.Add(new WeakReference<Task>(task));
        }

        return kept;
    }

    private Executor Make(string kind) => kind switch
    {
        "cooperative" => new CooperativeExecutor(new CooperativeExecutorOptions { Name = "failing", Logger = _log, OnUnseenFailure = _reports.Enqueue }),
        "thread" => new DedicatedThreadExecutor(new DedicatedThreadExecutorOptions { Name = "failing", Logger = _log, OnUnseenFailure = _reports.Enqueue }),
        "pool" => new PoolExecutor(new PoolExecutorOptions { Name = "failing", MaximumThreads = 2, Logger = _log, OnUnseenFailure = _reports.Enqueue }),
        _ => new InlineExecutor(new ExecutorOptions { Name = "failing", Logger = _log, OnUnseenFailure = _reports.Enqueue }),
    };
}
