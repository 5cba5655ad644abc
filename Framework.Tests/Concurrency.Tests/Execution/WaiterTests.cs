using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Execution;

public sealed class WaiterTests
{
    private readonly Place _place = new();

    [Fact]
    public async Task Publish_BeforeTheAwait_TheAwaitEndsAtOnce()
    {
        var pending = _place.WaitAsync();
        _place.Serve(7);

        Assert.True(pending.IsCompletedSuccessfully);
        Assert.Equal(7, await pending);
    }

    [Fact]
    public async Task Publish_AfterTheAwait_ResumesOnTheWaitersExecutorWhateverTheFlagsSay()
    {
        await using var executor = new DedicatedThreadExecutor("waiting");
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var wait = executor.RunAsync(async _ =>
        {
            var pending = _place.WaitAsync(CancellationToken.None);
            executor.Post(waiting.SetResult);
            var result = await pending.ConfigureAwait(false);
            return (result, executor.IsCurrent);
        });
        await waiting.Task.Within("the waiter awaits");

        _place.Serve(7);

        Assert.Equal((7, true), await wait.Within("the wait ends"));
    }

    [Fact]
    public async Task Publish_WithinATurnOfTheWaiter_ResumesInAnotherTurn()
    {
        await using var executor = new DedicatedThreadExecutor("waiting");
        var steps = new List<string>();
        await executor.RunAsync(async _ =>
        {
            var wait = WaitAsync();
            _place.Serve(1);
            steps.Add("served");
            await wait;
        }).Within("both");

        Assert.Equal(["served", "resumed"], steps);

        async Task WaitAsync()
        {
            await _place.WaitAsync();
            steps.Add("resumed");
        }
    }

    [Fact]
    public async Task Settle_WithAnError_TheAwaitThrowsIt()
    {
        var pending = _place.WaitAsync();
        _place.Fail(new InvalidDataException("gone"));

        Assert.True(pending.IsFaulted);
        Assert.Equal("gone", (await Assert.ThrowsAsync<InvalidDataException>(() => pending.AsTask())).Message);
    }

    [Fact]
    public async Task Cancel_Waiting_EndsTheWaitWithItsTokenAndLeavesTheQueue()
    {
        using var source = new CancellationTokenSource();
        var pending = _place.WaitAsync(source.Token);
        var other = _place.WaitAsync();
        source.Cancel();

        Assert.True(pending.IsCanceled);
        var error = await Assert.ThrowsAsync<OperationCanceledException>(() => pending.AsTask());
        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Equal(1, _place.Withdrawals);
        _place.Serve(3);
        Assert.Equal(3, await other);
    }

    [Fact]
    public async Task Cancel_AfterItWasServed_ChangesNothing()
    {
        using var source = new CancellationTokenSource();
        var pending = _place.WaitAsync(source.Token);
        _place.Serve(3);
        source.Cancel();

        Assert.Equal(3, await pending);
        Assert.Equal(0, _place.Withdrawals);
    }

    [Fact]
    public async Task CancelAndServe_AtTheSameTime_OneOfThemDecides()
    {
        var (served, cancelled) = (0, 0);
        for (var round = 0; round < 2000; round++)
        {
            using var source = new CancellationTokenSource();
            using var start = new Barrier(2);
            var pending = _place.WaitAsync(source.Token);
            var canceller = Task.Run(() =>
            {
                start.SignalAndWait();
                source.Cancel();
            });
            start.SignalAndWait();
            var wasServed = _place.TryServe(round);
            try
            {
                Assert.Equal(round, await pending.AsTask().Within("wait"));
                Assert.True(wasServed);
                served++;
            }
            catch (OperationCanceledException)
            {
                Assert.False(wasServed);
                cancelled++;
            }

            await canceller.Within("cancel");
        }

        Assert.Equal(2000, served + cancelled);
        Assert.Equal(cancelled, _place.Withdrawals);
    }

    [Fact]
    public async Task GetResult_ASecondTime_IsRefusedAndTheWaiterIsFreeForTheNextWait()
    {
        var first = _place.WaitAsync();
        _place.Serve(1);
        Assert.Equal(1, await first);
        Assert.Equal(1, _place.Recycled);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await first);
        var second = _place.WaitAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await first);
        _place.Serve(2);
        Assert.Equal(2, await second);
        Assert.Equal(1, _place.Made);
    }

    [Fact]
    public void OnCompleted_ASecondTime_IsRefused()
    {
        var pending = _place.WaitAsync();
        _ = pending.AsTask();

        Assert.Throws<InvalidOperationException>(() => { _ = pending.AsTask(); });
    }

    [Fact]
    public async Task GetResult_WhileTheTokensCallbackStillRuns_TheWaiterIsNotUsedAgain()
    {
        using var source = new CancellationTokenSource();
        using var open = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var pending = _place.WaitAsync(source.Token);
        _place.Withdrawing = () =>
        {
            entered.SetResult();
            open.Wait();
        };
        var canceller = Task.Run(source.Cancel);
        await entered.Task.Within("the callback runs");
        _place.Serve(5);

        Assert.Equal(5, await pending);
        Assert.Equal(0, _place.Recycled);
        open.Set();
        await canceller.Within("cancel");
        Assert.Equal(0, _place.Withdrawals);
    }

    /// <summary>One queue of waiters that reuses them.</summary>
    private sealed class Place : WaiterOwner
    {
        private readonly WaiterQueue _queue = new();
        private readonly Stack<TestWaiter> _idle = new();
        private int _withdrawals;

        public int Made { get; private set; }

        public int Recycled { get; private set; }

        public int Withdrawals => Volatile.Read(ref _withdrawals);

        public Action? Withdrawing { get; set; }

        public ValueTask<int> WaitAsync(CancellationToken cancellationToken = default)
        {
            if (!_idle.TryPop(out var waiter))
            {
                waiter = new TestWaiter(this);
                Made++;
            }

            Enter();
            _queue.Enqueue(waiter);
            Exit();
            waiter.CancelWith(cancellationToken);
            return waiter.Pending;
        }

        public void Serve(int result) => Assert.True(TryServe(result));

        public bool TryServe(int result) => TrySettle(waiter => waiter.Settle(result));

        public void Fail(Exception error) => Assert.True(TrySettle(waiter => waiter.Settle(error)));

        internal override void AfterWithdrawal() => Interlocked.Increment(ref _withdrawals);

        public void Return(TestWaiter waiter)
        {
            Recycled++;
            _idle.Push(waiter);
        }

        protected override void AssertInvariants()
        {
        }

        private bool TrySettle(Action<TestWaiter> settle)
        {
            Enter();
            var waiter = _queue.IsEmpty ? null : (TestWaiter)_queue.Dequeue();
            Exit();
            if (waiter is null)
            {
                return false;
            }

            settle(waiter);
            waiter.Publish();
            return true;
        }
    }

    private sealed class TestWaiter(Place place) : Waiter<int>
    {
        private protected override bool TryWithdraw()
        {
            place.Withdrawing?.Invoke();
            return place.TryWithdraw(this);
        }

        private protected override void AfterWithdrawal() => place.AfterWithdrawal();

        private protected override void Recycle() => place.Return(this);
    }
}
