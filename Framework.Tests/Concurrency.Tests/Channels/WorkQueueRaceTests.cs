using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

/// <summary>A queue under thousands of orders: each item is done, undelivered or still inside, and join never ends too early or too late.</summary>
[Collection(RunsAlone.Name)]
public sealed class WorkQueueRaceTests : IClassFixture<MachineLock>
{
    [Fact]
    public void AS60_RandomUse_AccountsForEachItem() => Explore.Seeds(2000, executor => new Run(executor).PlayAsync());

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 4)]
    [InlineData(true, 1)]
    [InlineData(true, 4)]
    public async Task AS62_ShutdownAtAnyMoment_OnThreads_JoinEndsWhenAllIsDone(bool immediate, int workers)
    {
        for (var round = 0; round < 150; round++)
        {
            var undelivered = 0;
            var done = 0;
            var put = 0;
            var queue = new WorkQueue<int>(new BoundedChannelPolicy(3), (_, _) => Interlocked.Increment(ref undelivered));
            using var start = new Barrier((2 * workers) + 1);
            var threads = new List<Task>();
            for (var i = 0; i < workers; i++)
            {
                threads.Add(OnThread(start, () =>
                {
                    for (var item = 0; item < 50; item++)
                    {
                        queue.PutAsync(item).AsTask().GetAwaiter().GetResult();
                        Interlocked.Increment(ref put);
                    }
                }));
                threads.Add(OnThread(start, () =>
                {
                    while (true)
                    {
                        queue.GetAsync().AsTask().GetAwaiter().GetResult();
                        Interlocked.Increment(ref done);
                        queue.MarkDone();
                    }
                }));
            }

            start.SignalAndWait();
            Thread.SpinWait(round * 40 % 4000);
            queue.Shutdown(immediate);
            await queue.JoinAsync().Within("join");
            Assert.Equal(0, queue.Unfinished);
            await Task.WhenAll(threads).Within("threads");
            Assert.Equal(put, done + undelivered);
            Assert.Equal(put, queue.Statistics.Written);
            queue.Shutdown(immediate: true);
        }
    }

    private static Task OnThread(Barrier start, Action body) => Task.Factory.StartNew(
        () =>
        {
            start.SignalAndWait();
            try
            {
                body();
            }
            catch (QueueShutDownException)
            {
                // The end of this worker.
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private sealed class Run
    {
        private readonly SeededExecutor _executor;
        private readonly Random _random;
        private readonly WorkQueue<int> _queue;
        private readonly List<int> _put = [];
        private readonly List<int> _done = [];
        private readonly List<int> _undelivered = [];
        private int _next;
        private int _inHand;

        public Run(SeededExecutor executor)
        {
            _executor = executor;
            _random = executor.Random;
            var policy = new BoundedChannelPolicy(_random.Next(1, 4)) { FullMode = (ChannelFullMode)_random.Next(5) };
            _queue = _random.Next(3) switch
            {
                0 => new WorkQueue<int>(policy, (item, _) => _undelivered.Add(item)),
                1 => new WorkQueue<int>(policy with { Order = ChannelOrder.NewestFirst }, (item, _) => _undelivered.Add(item)),
                _ => new WorkQueue<int>(BoundedChannel.CreatePrioritized(policy, (int item) => item % 3, null, (item, _) => _undelivered.Add(item))),
            };
        }

        public async Task PlayAsync()
        {
            var putters = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => PutAsync()).ToArray();
            var getters = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => GetAsync()).ToArray();
            var joiner = JoinAsync();
            await DelayAsync(20);
            _queue.Resize(_random.Next(1, 5));
            await DelayAsync(20);
            _queue.Shutdown(immediate: _random.Next(2) == 0);
            await Task.WhenAll(putters);
            if (_random.Next(2) == 0)
            {
                await DelayAsync(5);
                _queue.Shutdown(immediate: true);
            }

            await Task.WhenAll(getters);
            await joiner;
            await _queue.JoinAsync();
            Assert.Equal((0, 0L, 0, 0), (_queue.Count, _queue.Unfinished, _queue.WaitingGetters, _queue.WaitingPutters));
            Assert.Equal(_put.Order(), _done.Concat(_undelivered).Order());
            Assert.Throws<InvalidOperationException>(_queue.MarkDone);
        }

        private async Task PutAsync()
        {
            for (var i = _random.Next(1, 8); i > 0; i--)
            {
                await DelayAsync(3);
                var item = ++_next;
                using var source = CancelSometime();
                try
                {
                    if (_random.Next(2) == 0)
                    {
                        await _queue.PutAsync(item, TimeSpan.FromSeconds(_random.Next(4)), source.Token);
                    }
                    else
                    {
                        await _queue.PutAsync(item, source.Token);
                    }

                    _put.Add(item);
                }
                catch (Exception error) when (error is OperationCanceledException or QueueFullException or ChannelFullException or QueueShutDownException)
                {
                    // The item was not put, and the sum at the end holds us to that.
                }
            }
        }

        private async Task GetAsync()
        {
            while (true)
            {
                using var source = CancelSometime();
                try
                {
                    var item = await (_random.Next(2) == 0
                        ? _queue.GetAsync(TimeSpan.FromSeconds(_random.Next(4)), source.Token)
                        : _queue.GetAsync(source.Token));
                    _inHand++;
                    await DelayAsync(2);
                    _done.Add(item);
                    _inHand--;
                    _queue.MarkDone();
                }
                catch (Exception error) when (error is OperationCanceledException or QueueEmptyException)
                {
                    await DelayAsync(1);
                }
                catch (QueueShutDownException)
                {
                    return;
                }
            }
        }

        private async Task JoinAsync()
        {
            await DelayAsync(10);
            await _queue.JoinAsync();

            // Turns may lie between the end of the join and this one: new work may have come, but none of the old is in hand.
            Assert.True(_queue.Unfinished != 0 || _inHand == 0);
        }

        private CancellationTokenSource CancelSometime()
        {
            var source = new CancellationTokenSource();
            if (_random.Next(3) == 0)
            {
                _ = CancelAsync();
            }

            return source;

            async Task CancelAsync()
            {
                await DelayAsync(6);
                try
                {
                    source.Cancel();
                }
                catch (ObjectDisposedException)
                {
                    // The operation has ended before.
                }
            }
        }

        private async Task DelayAsync(int most)
        {
            for (var i = _random.Next(most + 1); i > 0; i--)
            {
                if (_random.Next(8) == 0)
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), _executor.TimeProvider);
                }
                else
                {
                    await Task.Yield();
                }
            }
        }
    }
}
