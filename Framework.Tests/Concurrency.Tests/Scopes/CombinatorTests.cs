using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

/// <summary>Gather, wait, as-completed, shield and race.</summary>
public sealed class CombinatorTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();

    [Fact]
    public async Task AS21_Gather_ReturnsTheResultsInTheOrderOfTheWork()
    {
        var slow = Signal<int>();

        var all = Gather.AllAsync<int>([_ => slow.Task, _ => Task.FromResult(2)]);
        Assert.False(all.IsCompleted);
        slow.SetResult(1);

        var results = await all.Within("both have ended");
        Assert.Equal([1, 2], results);
        Assert.Empty(await Gather.AllAsync<int>([]));
    }

    [Fact]
    public async Task AS21_Gather_FirstFailureComesOutAndTheOthersGoOn()
    {
        var slow = Signal<int>();
        var ended = false;

        await Assert.ThrowsAsync<FormatException>(() => Gather.AllAsync<int>(
        [
            async _ =>
            {
                var result = await slow.Task;
                ended = true;
                return result;
            },
            _ => throw new FormatException("bad"),
        ])).Within("the gather fails");

        Assert.False(ended);
        slow.SetResult(1);
    }

    [Fact]
    public async Task AS21_Gather_LaterFailure_IsLogged()
    {
        var late = Signal<int>();
        var log = new ListLogger();
        await Assert.ThrowsAsync<FormatException>(() =>
            Gather.AllAsync<int>([_ => late.Task, _ => throw new FormatException("first")], log)).Within("the gather fails");

        late.SetException(new IOException("second"));
        await log.Written.Within("the later failure is logged");

        Assert.Contains(log.Errors, e => e.ToString().Contains("second", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AS21_Gather_Cancelled_EndsWhenAllHaveEnded()
    {
        using var caller = new CancellationTokenSource();
        var mayEnd = Signal<int>();
        var all = Gather.AllAsync<int>(
        [
            async token =>
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                }
                finally
                {
                    await mayEnd.Task;
                }

                return 1;
            },
            async token =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return 2;
            },
        ], cancellationToken: caller.Token);

        caller.Cancel();
        Assert.False(all.IsCompleted);
        mayEnd.SetResult(0);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => all).Within("the gather ends");
    }

    [Fact]
    public async Task AS21_Outcomes_FailuresAreValues()
    {
        var outcomes = await Gather.OutcomesAsync<int>([_ => Task.FromResult(1), _ => throw new FormatException("bad")]);

        Assert.Equal(1, outcomes[0].Result);
        Assert.IsType<FormatException>(outcomes[1].Error);
        Assert.Throws<FormatException>(() => outcomes[1].Result);
    }

    [Fact]
    public async Task AS22_WaitAll_TimePasses_ReturnsWhatIsDoneAndWhatIsPendingAndCancelsNothing()
    {
        var pending = Signal<int>().Task;
        Task failed = Task.FromException(new FormatException("bad"));

        var wait = Wait.AllAsync([pending, failed, pending], s_second, _clock);
        Assert.False(wait.IsCompleted);
        _clock.Advance(s_second);
        var result = await wait.Within("the wait ends");

        Assert.Equal([failed], result.Done);
        Assert.Equal([pending], result.Pending);
        Assert.False(pending.IsCompleted);
        Assert.IsType<AggregateException>(failed.Exception);
    }

    [Fact]
    public async Task AS22_WaitAny_EndsWithTheFirst()
    {
        var first = Signal<int>();
        var second = Signal<int>();

        var wait = Wait.AnyAsync([first.Task, second.Task], Timeout.InfiniteTimeSpan);
        Assert.False(wait.IsCompleted);
        second.SetException(new FormatException("bad"));
        var result = await wait.Within("the wait ends");

        Assert.Equal([second.Task], result.Done);
        Assert.NotNull(second.Task.Exception);
    }

    [Fact]
    public async Task AS22_WaitFirstFailure_GoesOnAfterASuccessAndEndsWithAFailure()
    {
        var good = Signal<int>();
        var bad = Signal<int>();
        var slow = Signal<int>();

        var wait = Wait.FirstFailureAsync([good.Task, bad.Task, slow.Task], Timeout.InfiniteTimeSpan);
        good.SetResult(1);
        bad.SetCanceled();
        var result = await wait.Within("the wait ends");

        Assert.Equal([good.Task, bad.Task], result.Done);
        Assert.Equal([slow.Task], result.Pending);
    }

    [Fact]
    public async Task AS22_Wait_NothingToWaitFor_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Wait.AllAsync(Array.Empty<Task>(), s_second, _clock));

    [Fact]
    public async Task AS22_Wait_Cancelled_EndsTheWaitOnly()
    {
        using var caller = new CancellationTokenSource();
        var pending = Signal<int>();
        var wait = Wait.AllAsync([pending.Task], Timeout.InfiniteTimeSpan, null, caller.Token);

        caller.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait).Within("the wait ends");
        Assert.False(pending.Task.IsCompleted);
    }

    [Fact]
    public async Task AS23_AsCompleted_YieldsInTheOrderOfTheEndsAndThenTimesOut()
    {
        var first = Signal<int>();
        var second = Signal<int>();
        var never = Signal<int>();
        var tasks = new[] { never.Task, first.Task, second.Task, first.Task };
        await using var ends = Wait.AsCompletedAsync(tasks, s_second, _clock).GetAsyncEnumerator();

        second.SetResult(2);
        Assert.True(await ends.MoveNextAsync().Within("the second ends"));
        Assert.Same(second.Task, ends.Current);
        first.SetResult(1);
        Assert.True(await ends.MoveNextAsync().Within("the first ends"));
        Assert.Same(first.Task, ends.Current);
        var next = ends.MoveNextAsync().AsTask();
        _clock.Advance(s_second);

        var timeout = await Assert.ThrowsAsync<TimeoutException>(() => next).Within("the time passes");
        Assert.Contains("1 tasks", timeout.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AS24_Shield_CancellationEndsTheWaitAndALaterFailureIsLogged()
    {
        using var caller = new CancellationTokenSource();
        var work = Signal<int>();
        var log = new ListLogger();
        var wait = Shield.WaitAsync(work.Task, log, caller.Token);

        caller.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait).Within("the wait ends");
        Assert.False(work.Task.IsCompleted);
        work.SetException(new IOException("late"));

        await log.Written.Within("the late failure is logged");
    }

    [Fact]
    public async Task AS28_Race_TheFirstSuccessWinsAndTheLosersHaveEnded()
    {
        await using var pool = new PoolExecutor("pool", 2);
        var started = Signal<int>();
        var loserEnded = false;

        var result = await Race.RunAsync<int>(
        [
            async token =>
            {
                started.SetResult(0);
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                }
                finally
                {
                    loserEnded = true;
                }

                return 1;
            },
            async _ =>
            {
                await started.Task;
                return 2;
            },
            _ => throw new FormatException("bad"),
        ], new TaskScopeOptions { Executor = pool }).Within("the race ends");

        Assert.Equal(2, result);
        Assert.True(loserEnded);
    }

    [Fact]
    public async Task Race_AllFail_ThrowsAllFailures()
    {
        var lost = await Assert.ThrowsAsync<AggregateException>(() =>
            Race.RunAsync<int>([_ => throw new FormatException("one"), _ => throw new IOException("two")])).Within("the race ends");

        Assert.Equal(2, lost.InnerExceptions.Count);
    }

    [Fact]
    public async Task Race_Quorum_FailsAsSoonAsTooFewAreLeft()
    {
        var lost = await Assert.ThrowsAsync<AggregateException>(() => Race.QuorumAsync<int>(2,
        [
            _ => throw new FormatException("one"),
            _ => throw new IOException("two"),
            async token =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return 3;
            },
        ])).Within("the race ends");

        Assert.Contains("0 of 3", lost.Message, StringComparison.Ordinal);
        var results = await Race.QuorumAsync<int>(2, [_ => Task.FromResult(1), _ => throw new IOException("two"), _ => Task.FromResult(3)]);
        Assert.Equal([1, 3], results.Order());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Race.QuorumAsync<int>(2, [_ => Task.FromResult(1)]));
    }

    [Fact]
    public async Task Race_CallerCancels_ThrowsTheCancellationWithItsToken()
    {
        using var caller = new CancellationTokenSource();
        var race = Race.RunAsync<int>(
        [
            async token =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return 1;
            },
        ], cancellationToken: caller.Token);

        caller.Cancel();

        var canceled = await Assert.ThrowsAsync<TaskScopeCanceledException>(() => race).Within("the race ends");
        Assert.Equal(caller.Token, canceled.CancellationToken);
        await Assert.ThrowsAsync<TaskScopeCanceledException>(() =>
            Race.RunAsync<int>([_ => Task.FromResult(1)], cancellationToken: caller.Token)).Within("the second race ends");
    }

    private static TaskCompletionSource<T> Signal<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
