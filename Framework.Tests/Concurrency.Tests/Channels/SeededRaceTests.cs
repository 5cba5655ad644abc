using System.Threading.Channels;
using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

/// <summary>Promise 1 under thousands of orders: whatever is cancelled, completed or aborted at whatever moment, each item goes one way.</summary>
public sealed class SeededRaceTests
{
    private static readonly string[] s_readers = ["read", "wait", "batch", "select", "all"];

    [Fact]
    public void RandomUse_OfEachKind_AccountsForEachItem() => Explore.Seeds(4000, executor => new Run(executor).PlayAsync());

    [Fact]
    public void Exploration_OfOneSeed_IsTheSameEachTime()
    {
        var first = Explore.Run(7, executor => new Run(executor).PlayAsync());

        Assert.Equal(first, Explore.Run(7, executor => new Run(executor).PlayAsync()));
        Assert.NotEqual(first, Explore.Run(8, executor => new Run(executor).PlayAsync()));
    }

    [Fact]
    public void Exploration_FindsAPlantedRace()
    {
        // Two turns that read, let others run, and write back: some order loses one of them.
        var lost = 0;
        Explore.Seeds(200, async _ =>
        {
            var count = 0;
            await Task.WhenAll(IncrementAsync(), IncrementAsync());
            lost += count == 2 ? 0 : 1;

            async Task IncrementAsync()
            {
                await Task.Yield();
                var seen = count;
                await Task.Yield();
                count = seen + 1;
            }
        });

        Assert.True(lost > 0 || Environment.GetEnvironmentVariable("CONCURRENCY_SEED") is not null, "No order of 200 lost an update.");
    }

    [Fact]
    public void Exploration_OfCodeThatNeverEnds_NamesTheSeed()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Explore.Run(3, async _ => await new TaskCompletionSource().Task));

        Assert.Contains("CONCURRENCY_SEED=3", error.Message, StringComparison.Ordinal);
        Assert.Contains("Stalled", error.Message, StringComparison.Ordinal);
    }

    /// <summary>One run: some writers, some readers of mixed kinds, cancellation everywhere, and one of four ends.</summary>
    private sealed class Run
    {
        private readonly SeededExecutor _executor;
        private readonly Random _random;
        private readonly BoundedChannel<int> _channel;
        private readonly BoundedChannel<int> _second;
        private readonly List<int> _written = [];
        private readonly List<int> _read = [];
        private readonly List<int> _undelivered = [];
        private readonly bool _conflates;
        private int _next;

        public Run(SeededExecutor executor)
        {
            _executor = executor;
            _random = executor.Random;
            _conflates = _random.Next(5) == 0;
            _channel = Make(_conflates);
            _second = Make(false);
        }

        public async Task PlayAsync()
        {
            var writers = Enumerable.Range(0, _random.Next(1, 5)).Select(_ => WriteAsync()).ToArray();
            var kinds = Enumerable.Range(0, _random.Next(1, 5)).Select(_ => s_readers[_random.Next(s_readers.Length)]).ToArray();
            var readers = kinds.Select(kind => ReadAsync(kind)).ToArray();
            if (_random.Next(3) == 0)
            {
                await DelayAsync(12);
                End();
            }

            // At a rendezvous those who only wait never meet, and nobody may read the second channel: time passes when all are stuck.
            _ = ResizeAsync();
            await Task.WhenAny(Task.WhenAll(writers), Task.Delay(TimeSpan.FromHours(1), _executor.TimeProvider));
            await DelayAsync(3);
            End();
            await Task.WhenAll(writers);
            await Task.WhenAll(readers);
            Drain(_channel);
            Drain(_second);
            Check();
        }

        private BoundedChannel<int> Make(bool conflates)
        {
            var mode = (ChannelFullMode)_random.Next(5);
            var capacity = _random.Next(0, 4);
            if (capacity == 0 && (conflates || mode is not ChannelFullMode.Wait))
            {
                capacity = 1;
            }

            var policy = new BoundedChannelPolicy(capacity) { FullMode = mode };
            switch (conflates || capacity == 0 ? 0 : _random.Next(4))
            {
                case 1:
                    return BoundedChannel.Create<int>(policy with { Order = ChannelOrder.NewestFirst }, (item, _) => _undelivered.Add(item));
                case 2:
                    policy = policy with { OvertakeLimit = _random.Next(5) };
                    return BoundedChannel.CreatePrioritized(policy, (int item) => item % 3, null, (item, _) => _undelivered.Add(item));
            }

            return conflates
                ? BoundedChannel.CreateConflating(policy, item => item % 3, _random.Next(2) == 0 ? (Func<int, int, int>)Math.Max : null, (item, _) => _undelivered.Add(item))
                : BoundedChannel.Create<int>(policy, (item, _) => _undelivered.Add(item));
        }

        private async Task ResizeAsync()
        {
            for (var i = _random.Next(4); i > 0; i--)
            {
                await DelayAsync(6);
                _channel.Resize(_random.Next(1, 5));
            }
        }

        private async Task WriteAsync()
        {
            await Task.Yield();
            for (var i = _random.Next(1, 9); i > 0; i--)
            {
                var channel = _random.Next(3) == 0 ? _second : _channel;
                var item = ++_next;
                using var source = CancelSometime();
                try
                {
                    if (await PutAsync(channel.Writer, item, source.Token))
                    {
                        _written.Add(item);
                    }
                }
                catch (Exception error) when (error is OperationCanceledException or ChannelClosedException or ChannelFullException or FormatException)
                {
                    // The item was not written, and the check at the end holds us to that.
                }

                await DelayAsync(2);
            }
        }

        private async Task<bool> PutAsync(ChannelWriter<int> writer, int item, CancellationToken token)
        {
            switch (_random.Next(3))
            {
                case 0:
                    return writer.TryWrite(item);
                case 1:
                    return await writer.WaitToWriteAsync(token) && writer.TryWrite(item);
                default:
                    await writer.WriteAsync(item, token);
                    return true;
            }
        }

        private async Task ReadAsync(string kind)
        {
            await Task.Yield();
            var buffer = new int[_random.Next(1, 5)];
            var select = new Select<int>((SelectOrder)_random.Next(2)).On(_channel.Reader, item => item).On(_second.Reader, item => item);
            if (_random.Next(3) == 0)
            {
                select.OnTimeout(TimeSpan.FromSeconds(_random.Next(4)), () => 0);
            }

            while (!(_channel.Reader.Completion.IsCompleted && (kind != "select" || _second.Reader.Completion.IsCompleted)))
            {
                using var source = CancelSometime();
                try
                {
                    await ReadOnceAsync(kind, buffer, select, source.Token);
                }
                catch (Exception error) when (error is OperationCanceledException or ChannelClosedException or FormatException)
                {
                    await DelayAsync(1);
                }
            }
        }

        private async Task ReadOnceAsync(string kind, int[] buffer, Select<int> select, CancellationToken token)
        {
            switch (kind)
            {
                case "read":
                    _read.Add(await _channel.Reader.ReadAsync(token));
                    break;
                case "wait":
                    if (await _channel.Reader.WaitToReadAsync(token) && _channel.Reader.TryRead(out var item))
                    {
                        _read.Add(item);
                    }

                    break;
                case "batch":
                    var wait = _random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(_random.Next(3));
                    var taken = await _channel.Reader.ReadBatchAsync(buffer, wait, token);
                    _read.AddRange(buffer[..taken]);
                    break;
                case "select":
                    if (await select.TakeAsync(token) is > 0 and var chosen)
                    {
                        _read.Add(chosen);
                    }

                    break;
                default:
                    await foreach (var one in _channel.Reader.ReadAllAsync(token))
                    {
                        _read.Add(one);
                    }

                    break;
            }
        }

        private void End()
        {
            foreach (var channel in new[] { _channel, _second })
            {
                switch (_random.Next(4))
                {
                    case 0:
                        channel.Abort(_random.Next(2) == 0 ? null : new FormatException());
                        break;
                    case 1:
                        channel.Writer.TryComplete(new FormatException());
                        break;
                    default:
                        channel.Writer.TryComplete();
                        break;
                }
            }
        }

        private void Drain(BoundedChannel<int> channel)
        {
            while (channel.Reader.TryRead(out var item))
            {
                _read.Add(item);
            }
        }

        private void Check()
        {
            var arrived = _read.Concat(_undelivered).Order().ToArray();
            if (!_conflates)
            {
                Assert.Equal(_written.Order(), arrived);
            }
            else
            {
                // A merge gives one of the two items twice: the multiset of numbers stays within what was written.
                Assert.Equal(_written.Count, arrived.Length);
                Assert.Empty(arrived.Except(_written));
            }

            foreach (var channel in new[] { _channel, _second })
            {
                var s = channel.Statistics;
                Assert.Equal((0, 0, 0), (s.Depth, s.WaitingReaders, s.WaitingWriters));
                Assert.Equal(s.Written, s.Read + s.Dropped + s.Conflated + s.Aborted);
                Assert.True(channel.Reader.Completion.IsCompleted);
            }

            Assert.Equal(_written.Count, _channel.Statistics.Written + _second.Statistics.Written);
            Assert.Equal(_read.Count, _channel.Statistics.Read + _second.Statistics.Read);
        }

        private CancellationTokenSource CancelSometime()
        {
            var source = new CancellationTokenSource();
            if (_random.Next(2) == 0)
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
