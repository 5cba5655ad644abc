using System.Globalization;
using System.Threading.Channels;
using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

/// <summary>Promise 1 on real threads: another thread cancels reads, waits and writes as they begin, and still each item goes one way.</summary>
/// <remarks>CONCURRENCY_RACE multiplies the number of items, for a long run.</remarks>
[Collection(RunsAlone.Name)]
public sealed class RaceTests : IClassFixture<MachineLock>
{
    private const int ItemsPerCase = 7_800;

    public static TheoryData<string, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, int>();
            foreach (var kind in new[] { "read", "wait", "batch", "select", "mixed" })
            {
                for (var pair = 0; pair < 16; pair++)
                {
                    cases.Add(kind, (pair / 4) + 1, (pair % 4) + 1);
                }
            }

            return cases;
        }
    }

    private static int Factor =>
        Environment.GetEnvironmentVariable("CONCURRENCY_RACE") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 1;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task CancelledOnPurpose_NothingIsLostOrDeliveredTwice(string kind, int readers, int writers)
    {
        foreach (var capacity in new[] { 0, 1, 8, 64 })
        {
            using var race = new Race(kind, capacity, readers, writers, ItemsPerCase * Factor);
            await race.RunAsync();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task AbortedAtAnyMoment_EachWrittenItemIsReadOrReportedOnce(int workers)
    {
        for (var round = 0; round < 300 * Factor; round++)
        {
            var seen = new int[100 * workers];
            var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(3), (item, _) => Interlocked.Increment(ref seen[item]));
            var written = new bool[seen.Length];
            using var start = new Barrier((2 * workers) + 1);
            var tasks = new List<Task>();
            for (var w = 0; w < workers; w++)
            {
                var first = w * 100;
                tasks.Add(OnThread(() => WriteUntilClosed(channel.Writer, first, written, start)));
                tasks.Add(OnThread(() => ReadUntilClosed(channel.Reader, seen, start)));
            }

            start.SignalAndWait();
            Thread.SpinWait(round * 20 % 4000);
            channel.Abort();
            await Task.WhenAll(tasks).Within("workers");
            for (var i = 0; i < seen.Length; i++)
            {
                Assert.Equal(written[i] ? 1 : 0, seen[i]);
            }

            var s = channel.Statistics;
            Assert.Equal(s.Written, s.Read + s.Aborted);
            Assert.Equal(written.Count(one => one), s.Written);
        }
    }

    private static void WriteUntilClosed(ChannelWriter<int> writer, int first, bool[] written, Barrier start)
    {
        start.SignalAndWait();
        for (var i = first; i < first + 100; i++)
        {
            try
            {
                writer.WriteAsync(i).AsTask().GetAwaiter().GetResult();
                written[i] = true;
            }
            catch (ChannelClosedException)
            {
                return;
            }
        }
    }

    private static void ReadUntilClosed(ChannelReader<int> reader, int[] seen, Barrier start)
    {
        start.SignalAndWait();
        while (true)
        {
            try
            {
                Interlocked.Increment(ref seen[reader.ReadAsync().AsTask().GetAwaiter().GetResult()]);
            }
            catch (ChannelClosedException)
            {
                return;
            }
        }
    }

    private static Task OnThread(Action body) =>
        Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private sealed class Race : IDisposable
    {
        private readonly string _kind;
        private readonly int _readers;
        private readonly int _writers;
        private readonly int _perWriter;
        private readonly BoundedChannel<int> _channel;
        private readonly BoundedChannel<int> _other = BoundedChannel.Create<int>(1);
        private readonly int[] _delivered;
        private readonly bool[] _accepted;
        private readonly CancellationTokenSource?[] _cancellable;
        private readonly bool _rendezvous;
        private int _cancels;
        private bool _over;

        public Race(string kind, int capacity, int readers, int writers, int items)
        {
            _kind = kind;
            _readers = readers;
            _writers = writers;
            _perWriter = items / writers;
            _rendezvous = capacity == 0;
            _channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(capacity), (_, _) => Assert.Fail("Nothing is dropped here."));
            _delivered = new int[_perWriter * writers];
            _accepted = new bool[_delivered.Length];
            _cancellable = new CancellationTokenSource?[readers + writers];
        }

        public void Dispose() => _other.Dispose();

        public async Task RunAsync()
        {
            var canceller = OnThread(Cancel);
            var reading = Enumerable.Range(0, _readers).Select(r => Task.Run(() => ReadAllAsync(r))).ToArray();
            var writing = Enumerable.Range(0, _writers).Select(w => Task.Run(() => WriteAllAsync(w))).ToArray();
            await Task.WhenAll(writing).Within($"writing, {_kind} {_readers}x{_writers}");
            _channel.Writer.Complete();
            _other.Writer.Complete();
            await Task.WhenAll(reading).Within($"reading, {_kind} {_readers}x{_writers}");
            Volatile.Write(ref _over, true);
            await canceller.Within("canceller");
            for (var i = 0; i < _delivered.Length; i++)
            {
                Assert.Equal(_accepted[i] ? 1 : 0, _delivered[i]);
            }

            var s = _channel.Statistics;
            Assert.Equal(s.Written, s.Read);
            Assert.Equal(_accepted.Count(one => one), s.Written);
            Assert.Equal((0, 0, 0), (s.Depth, s.WaitingReaders, s.WaitingWriters));
            Assert.True(_cancels > 0);
        }

        private void Cancel()
        {
            var spins = 0;
            while (!Volatile.Read(ref _over))
            {
                foreach (ref var place in _cancellable.AsSpan())
                {
                    if (Interlocked.Exchange(ref place, null) is { } source)
                    {
                        // Cancels hit before, while and after the operation registers.
                        Thread.SpinWait(spins++ % 50);
                        source.Cancel();
                        _cancels++;
                    }
                }

                // Lets the others run on a machine with few cores.
                if (spins % 16 == 0)
                {
                    Thread.Yield();
                }
            }
        }

        private CancellationToken Offer(int place, int turn)
        {
            if (turn % 3 == 0)
            {
                return CancellationToken.None;
            }

            var source = new CancellationTokenSource();
            Volatile.Write(ref _cancellable[place], source);
            return source.Token;
        }

        private async Task WriteAllAsync(int writer)
        {
            for (var i = writer * _perWriter; i < (writer + 1) * _perWriter; i++)
            {
                var token = Offer(_readers + writer, i);
                try
                {
                    if (i % 5 == 4 && !_rendezvous)
                    {
                        _accepted[i] = await _channel.Writer.WaitToWriteAsync(token) && _channel.Writer.TryWrite(i);
                    }
                    else
                    {
                        await _channel.Writer.WriteAsync(i, token);
                        _accepted[i] = true;
                    }
                }
                catch (OperationCanceledException) when (token.IsCancellationRequested)
                {
                }
            }
        }

        private async Task ReadAllAsync(int reader)
        {
            var kind = _kind == "mixed" ? reader % 4 : Array.IndexOf(["read", "wait", "batch", "select"], _kind);
            var buffer = new int[5];
            var last = Enumerable.Repeat(-1, _writers).ToArray();
            var select = new Select<int>().On(_other.Reader, item => item).On(_channel.Reader, item => item);
            for (var turn = 0; ; turn++)
            {
                var token = Offer(reader, turn);
                try
                {
                    var taken = await ReadAsync(kind, buffer, select, token);
                    if (taken < 0)
                    {
                        return;
                    }

                    foreach (var item in buffer.AsSpan(0, taken))
                    {
                        Interlocked.Increment(ref _delivered[item]);
                        Assert.True(last[item / _perWriter] < item, "The items of one writer came out of order.");
                        last[item / _perWriter] = item;
                    }
                }
                catch (OperationCanceledException) when (token.IsCancellationRequested)
                {
                }
                catch (ChannelClosedException)
                {
                    return;
                }
            }
        }

        private async ValueTask<int> ReadAsync(int kind, int[] buffer, Select<int> select, CancellationToken token)
        {
            switch (kind)
            {
                case 0:
                    buffer[0] = await _channel.Reader.ReadAsync(token);
                    return 1;
                case 1:
                    return await _channel.Reader.WaitToReadAsync(token) ? (_channel.Reader.TryRead(out buffer[0]) ? 1 : 0) : -1;
                case 2:
                    return await _channel.Reader.ReadBatchAsync(buffer, TimeSpan.Zero, token) is > 0 and var taken ? taken : -1;
                default:
                    buffer[0] = await select.TakeAsync(token);
                    return 1;
            }
        }
    }
}
