using System.Threading.Channels;
using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

/// <summary>A broadcast under thousands of orders, with subscribers that come, go, are slow and cancel.</summary>
[Collection(RunsAlone.Name)]
public sealed class BroadcastRaceTests : IClassFixture<MachineLock>
{
    [Fact]
    public void RandomUse_EachSubscriberAccountsForEachItemOfItsTime() => Explore.Seeds(2000, executor => new Run(executor).PlayAsync());

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task OnThreads_AllSubscribersSeeOneOrder(int writers)
    {
        for (var round = 0; round < 20; round++)
        {
            var broadcast = BroadcastChannel.Create<(int Writer, int Item)>(waitForSubscribers: true);
            var subscriptions = new[] { 1, 2, 16 }.Select(capacity => broadcast.Subscribe(new BoundedChannelPolicy(capacity))).ToArray();
            var reading = subscriptions.Select(one => Task.Run(() => ReadAsync(one))).ToArray();
            var writing = Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
            {
                for (var item = 0; item < 200; item++)
                {
                    if (item % 3 != 0 || !broadcast.Writer.TryWrite((writer, item)))
                    {
                        await broadcast.Writer.WriteAsync((writer, item));
                    }

                    if (item % 50 == 0)
                    {
                        broadcast.Subscribe(new BoundedChannelPolicy(1)).Dispose();
                    }
                }
            })).ToArray();
            await Task.WhenAll(writing).Within("writing");
            broadcast.Writer.Complete();
            var seen = await Task.WhenAll(reading).Within("reading");

            Assert.Equal(200 * writers, seen[0].Count);
            Assert.Equal(seen[0], seen[1]);
            Assert.Equal(seen[0], seen[2]);
            Assert.All(seen[0].GroupBy(one => one.Writer), group => Assert.Equal(Enumerable.Range(0, 200), group.Select(one => one.Item)));
            Assert.Equal((200L * writers, 0), (broadcast.Statistics.Written, broadcast.Statistics.WaitingWriters));
        }
    }

    private static async Task<List<T>> ReadAsync<T>(BroadcastSubscription<T> subscription)
    {
        var items = new List<T>();
        await foreach (var item in subscription.Reader.ReadAllAsync())
        {
            items.Add(item);
        }

        return items;
    }

    private sealed class Run
    {
        private readonly SeededExecutor _executor;
        private readonly Random _random;
        private readonly bool _copies;
        private readonly BroadcastChannel<int> _broadcast;
        private readonly List<int> _written = [];
        private readonly List<Member> _members = [];
        private int _next;

        public Run(SeededExecutor executor)
        {
            _executor = executor;
            _random = executor.Random;
            var route = _random.Next(4);
            _copies = route < 2;
            _broadcast = route switch
            {
                < 2 => BroadcastChannel.Create<int>(waitForSubscribers: true),
                2 => BroadcastChannel.CreateRoundRobin<int>(waitForSubscribers: true),
                _ => BroadcastChannel.CreateByKey((int item) => item % 5, waitForSubscribers: true),
            };
        }

        public async Task PlayAsync()
        {
            var reading = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => BeAMemberAsync(isFirst: true)).ToList();
            var writers = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => WriteAsync()).ToArray();
            for (var i = _random.Next(3); i > 0; i--)
            {
                await DelayAsync(6);
                reading.Add(BeAMemberAsync(isFirst: false));
            }

            await Task.WhenAll(writers);
            Exception? error = _random.Next(2) == 0 ? new FormatException() : null;
            Assert.True(_broadcast.Writer.TryComplete(error));
            await Task.WhenAll(reading);
            Check(error);
        }

        private async Task WriteAsync()
        {
            for (var i = _random.Next(1, 9); i > 0; i--)
            {
                await DelayAsync(2);
                var item = ++_next;
                using var source = CancelSometime();
                try
                {
                    var isWritten = _random.Next(3) switch
                    {
                        0 => _broadcast.Writer.TryWrite(item),
                        1 => await _broadcast.Writer.WaitToWriteAsync(source.Token) && _broadcast.Writer.TryWrite(item),
                        _ => await IsWrittenAsync(item, source.Token),
                    };
                    if (isWritten)
                    {
                        _written.Add(item);
                    }
                }
                catch (Exception caught) when (caught is OperationCanceledException or ChannelFullException)
                {
                    // The item was not written to anybody.
                }
            }
        }

        private async Task<bool> IsWrittenAsync(int item, CancellationToken token)
        {
            await _broadcast.Writer.WriteAsync(item, token);
            return true;
        }

        private async Task BeAMemberAsync(bool isFirst)
        {
            var mode = (ChannelFullMode)_random.Next(5);
            var member = new Member { IsFirst = isFirst };
            _members.Add(member);
            member.Subscription = _broadcast.Subscribe(
                new BoundedChannelPolicy(_random.Next(1, 4)) { FullMode = mode }, (item, _) => member.Lost.Add(item));
            var leavesAfter = _random.Next(3) == 0 ? _random.Next(4) : int.MaxValue;
            try
            {
                while (leavesAfter-- > 0)
                {
                    await DelayAsync(3);
                    using var source = CancelSometime();
                    try
                    {
                        member.Read.Add(await member.Subscription.Reader.ReadAsync(source.Token));
                    }
                    catch (OperationCanceledException)
                    {
                        // A cancelled read took nothing.
                    }
                }

                member.LeftEarly = true;
                member.Subscription.Dispose();
            }
            catch (ChannelClosedException error)
            {
                member.Error = error.InnerException;
            }
        }

        private void Check(Exception? error)
        {
            foreach (var member in _members)
            {
                var s = member.Subscription!.Statistics;
                Assert.Equal((0, 0), (s.Depth, s.WaitingReaders));
                Assert.Equal(member.Read.Count, s.Read);
                Assert.Equal(s.Written, s.Read + member.Lost.Count);
                Assert.Empty(member.Read.Concat(member.Lost).Except(_written));
                Assert.True(member.LeftEarly || ReferenceEquals(member.Error, error));
                if (_copies && member.IsFirst && !member.LeftEarly)
                {
                    // It was there from the first item to the last: it has read, lost or refused each, and read them in the order of writing.
                    Assert.Equal(_broadcast.Statistics.Written, s.Written + s.Rejected);
                }
            }

            Assert.Equal(_written.Count, _broadcast.Statistics.Written);
            Assert.Equal(0, _broadcast.Statistics.WaitingWriters);
            var all = _members.SelectMany(member => member.Read.Concat(member.Lost)).ToArray();
            if (!_copies)
            {
                Assert.Equal(_written.Count - _broadcast.Statistics.Unheard, all.Length);
                Assert.Distinct(all);
                return;
            }

            // Any two subscribers agree about the order of what both have read.
            foreach (var one in _members)
            {
                Assert.Distinct(one.Read.Concat(one.Lost));
                foreach (var other in _members)
                {
                    Assert.Equal(one.Read.Where(other.Read.Contains), other.Read.Where(one.Read.Contains));
                }
            }
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

    private sealed class Member
    {
        public BroadcastSubscription<int>? Subscription { get; set; }

        public List<int> Read { get; } = [];

        public List<int> Lost { get; } = [];

        public bool IsFirst { get; init; }

        public bool LeftEarly { get; set; }

        public Exception? Error { get; set; }
    }
}
