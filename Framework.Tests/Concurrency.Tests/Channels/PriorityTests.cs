using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

public sealed class PriorityTests
{
    [Fact]
    public async Task EV44_PriorityQueue_LowestFirstAndEqualOnesInOrder()
    {
        var channel = BoundedChannel.CreatePrioritized(8, ((int Rank, char Name) item) => item.Rank);
        foreach (var item in new[] { (2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e'), (2, 'f') })
        {
            await channel.Writer.WriteAsync(item);
        }

        // Payloads are never compared: two items of one rank are no error.
        Assert.Equal("dbeacf", string.Concat(Drain(channel).Select(item => item.Name)));
    }

    [Fact]
    public void EV44_PriorityQueue_WithAComparer_GoesByIt()
    {
        var channel = BoundedChannel.CreatePrioritized(8, (string word) => word, StringComparer.OrdinalIgnoreCase);
        foreach (var word in new[] { "b", "C", "a", "B", "A" })
        {
            Assert.True(channel.Writer.TryWrite(word));
        }

        Assert.Equal(["a", "A", "b", "B", "C"], Drain(channel));
    }

    [Fact]
    public void EV44_LifoQueue_NewestFirst()
    {
        var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(4) { Order = ChannelOrder.NewestFirst });
        for (var i = 1; i <= 4; i++)
        {
            Assert.True(channel.Writer.TryWrite(i));
        }

        Assert.True(channel.Reader.TryPeek(out var next));
        Assert.Equal(4, next);
        Assert.Equal([4, 3, 2, 1], Drain(channel));
    }

    [Fact]
    public async Task AS61_Order_WaitingWritersComeInInTheirOrderWhateverTheirPriority()
    {
        var channel = BoundedChannel.CreatePrioritized(2, (int item) => item);
        Assert.True(channel.Writer.TryWrite(50));
        Assert.True(channel.Writer.TryWrite(60));
        var low = channel.Writer.WriteAsync(90);
        var high = channel.Writer.WriteAsync(10);

        Assert.Equal(50, await channel.Reader.ReadAsync());
        Assert.True(low.IsCompletedSuccessfully);
        Assert.False(high.IsCompleted);
        Assert.Equal(60, await channel.Reader.ReadAsync());
        Assert.True(high.IsCompletedSuccessfully);
        Assert.Equal([10, 90], Drain(channel));
    }

    [Fact]
    public async Task AS61_Order_HoldsForSelectBatchAndPeek()
    {
        var channel = BoundedChannel.CreatePrioritized(8, (int item) => -item);
        var other = BoundedChannel.Create<int>(1);
        for (var i = 1; i <= 5; i++)
        {
            Assert.True(channel.Writer.TryWrite(i));
        }

        Assert.True(channel.Reader.TryPeek(out var next));
        Assert.Equal(5, next);
        Assert.Equal(5, (await Select.ReadAsync(other.Reader, channel.Reader)).Item);
        var buffer = new int[3];
        Assert.Equal(3, await channel.Reader.ReadBatchAsync(buffer, TimeSpan.Zero));
        Assert.Equal([4, 3, 2], buffer);
        Assert.Equal((5, 4, 1, 5), Numbers(channel.Statistics));

        static (long, long, int, int) Numbers(ChannelStatistics s) => (s.Written, s.Read, s.Depth, s.HighWater);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task StarvationGuard_TakesAnItemThatWasOvertakenAsOftenAsTheLimit(int limit)
    {
        var channel = BoundedChannel.CreatePrioritized(new BoundedChannelPolicy(4) { OvertakeLimit = limit }, (int item) => item);
        Assert.True(channel.Writer.TryWrite(1000));
        var read = new List<int>();
        for (var i = 0; i < limit + 1; i++)
        {
            Assert.True(channel.Writer.TryWrite(i));
            read.Add(await channel.Reader.ReadAsync());
        }

        Assert.Equal([.. Enumerable.Range(0, limit), 1000], read);
    }

    [Fact]
    public void StarvationGuard_Off_StarvesForEver()
    {
        var channel = BoundedChannel.CreatePrioritized(2, (int item) => item);
        Assert.True(channel.Writer.TryWrite(1000));
        for (var i = 0; i < 500; i++)
        {
            Assert.True(channel.Writer.TryWrite(1));
            Assert.True(channel.Reader.TryRead(out var item));
            Assert.Equal(1, item);
        }

        Assert.Null(channel.Policy.OvertakeLimit);
    }

    [Fact]
    public void StarvationGuard_CountsForEachItemExactly() => Explore.Seeds(300, executor =>
    {
        var random = executor.Random;
        var limit = random.Next(5);
        var mode = (ChannelFullMode)random.Next(5);
        var policy = new BoundedChannelPolicy(random.Next(1, 7)) { OvertakeLimit = limit, FullMode = mode };
        var inside = new List<Waiting>();
        var channel = BoundedChannel.CreatePrioritized(policy, (Waiting item) => item.Rank, null, (item, _) => inside.Remove(item));
        for (var i = 0; i < 200; i++)
        {
            if (random.Next(2) == 0)
            {
                var item = new Waiting { Rank = random.Next(4) };
                inside.Add(item);
                if (!channel.Writer.TryWrite(item))
                {
                    inside.Remove(item);
                }
            }
            else if (channel.Reader.TryRead(out var taken))
            {
                var index = inside.IndexOf(taken);
                var due = inside.Find(one => one.Overtaken == limit);
                Assert.Same(due ?? inside.MinBy(one => one.Rank), taken);
                inside.RemoveAt(index);
                inside.GetRange(0, index).ForEach(one => one.Overtaken++);
            }
        }

        return Task.CompletedTask;
    });

    [Theory]
    [InlineData(ChannelFullMode.DropOldest, 5, 'a', DropCause.Oldest)]
    [InlineData(ChannelFullMode.DropOldest, 9, 'a', DropCause.Oldest)]
    [InlineData(ChannelFullMode.DropOldest, 10, 'x', DropCause.Write)]
    [InlineData(ChannelFullMode.DropNewest, 5, 'c', DropCause.Newest)]
    [InlineData(ChannelFullMode.DropNewest, 9, 'c', DropCause.Newest)]
    [InlineData(ChannelFullMode.DropNewest, 10, 'x', DropCause.Write)]
    [InlineData(ChannelFullMode.DropWrite, 0, 'x', DropCause.Write)]
    public void DropModes_LoseTheLeastUrgentItem(ChannelFullMode mode, int rank, char lost, DropCause cause)
    {
        var drops = new List<(char, DropCause)>();
        var channel = BoundedChannel.CreatePrioritized(
            new BoundedChannelPolicy(4) { FullMode = mode },
            ((int Rank, char Name) item) => item.Rank,
            null,
            (item, why) => drops.Add((item.Name, why)));
        foreach (var item in new[] { (9, 'a'), (1, 'b'), (9, 'c'), (2, 'd') })
        {
            Assert.True(channel.Writer.TryWrite(item));
        }

        Assert.True(channel.Writer.TryWrite((rank, 'x')));
        Assert.Equal([(lost, cause)], drops);
        Assert.Equal((5, 1, 4), (channel.Statistics.Written, channel.Statistics.Dropped, channel.Statistics.Depth));
        Assert.Equal("abcdx".Replace(lost.ToString(), "", StringComparison.Ordinal), string.Concat(Drain(channel).Select(item => item.Name).Order()));
    }

    [Fact]
    public void APriorityThatThrowsOrCannotBeCompared_FailsItsWriteOnly()
    {
        var channel = BoundedChannel.CreatePrioritized(4, (int item) => item > 0 ? item : throw new FormatException());
        Assert.True(channel.Writer.TryWrite(2));
        Assert.Throws<FormatException>(() => channel.Writer.TryWrite(0));
        Assert.True(channel.Writer.TryWrite(1));
        Assert.Equal([1, 2], Drain(channel));

        var incomparable = BoundedChannel.CreatePrioritized(4, (int _) => new object());
        Assert.True(incomparable.Writer.TryWrite(1));
        Assert.Throws<ArgumentException>(() => incomparable.Writer.TryWrite(2));
        Assert.Equal([1], Drain(incomparable));
    }

    [Fact]
    public void AComparerThatThrows_ChangesNothingAndFailsNoReader() => Explore.Seeds(300, executor =>
    {
        var random = executor.Random;
        var isArmed = false;
        var comparer = Comparer<int>.Create((one, other) => isArmed && random.Next(3) == 0 ? throw new FormatException() : one - other);
        var policy = new BoundedChannelPolicy(random.Next(1, 7)) { FullMode = (ChannelFullMode)random.Next(5) };
        var inside = new List<Waiting>();
        var lost = new List<Waiting>();
        var channel = BoundedChannel.CreatePrioritized(policy, (Waiting item) => item.Rank, comparer, (item, _) => lost.Add(item));
        for (var i = 0; i < 100; i++)
        {
            isArmed = i < 90 && random.Next(2) == 0;
            if (random.Next(3) != 0)
            {
                WriteOne();
            }
            else if (channel.Reader.TryRead(out var taken))
            {
                Assert.True(inside.Remove(taken));
            }

            Assert.Equal(inside.Count, channel.Statistics.Depth);
        }

        isArmed = true;
        Assert.Equal(inside.ToHashSet(), Drain(channel).ToHashSet());
        return Task.CompletedTask;

        void WriteOne()
        {
            var item = new Waiting { Rank = random.Next(4) };
            lost.Clear();
            try
            {
                if (channel.Writer.TryWrite(item))
                {
                    inside.Add(item);
                }
            }
            catch (FormatException)
            {
                Assert.Empty(lost);
            }

            lost.ForEach(one => Assert.True(inside.Remove(one)));
        }
    });

    [Fact]
    public async Task AComparerThatThrows_WhenAWaitingWriterComesIn_FailsThisWriterOnly()
    {
        var bad = -1;
        var comparer = Comparer<int>.Create((one, other) => one == bad || other == bad ? throw new FormatException() : one - other);
        var channel = BoundedChannel.CreatePrioritized(2, (int item) => item, comparer);
        Assert.True(channel.Writer.TryWrite(1));
        Assert.True(channel.Writer.TryWrite(2));
        var failing = channel.Writer.WriteAsync(5).AsTask();
        var next = channel.Writer.WriteAsync(4).AsTask();
        bad = 5;

        Assert.Equal(1, await channel.Reader.ReadAsync());
        await Assert.ThrowsAsync<FormatException>(() => failing.Within("failing"));
        await next.Within("next");
        Assert.Equal([2, 4], Drain(channel));
    }

    [Fact]
    public void Abort_ReportsWhatIsInside()
    {
        var lost = new List<int>();
        var channel = BoundedChannel.CreatePrioritized(
            new BoundedChannelPolicy(4), (int item) => item, null, (item, cause) => lost.Add(cause == DropCause.Aborted ? item : -1));
        foreach (var item in new[] { 3, 1, 2 })
        {
            Assert.True(channel.Writer.TryWrite(item));
        }

        Assert.Equal([3, 1, 2], new BoundedChannelDebugView<int>(channel).Items);
        channel.Abort();
        Assert.Equal([3, 1, 2], lost);
        Assert.Equal((3, 0), (channel.Statistics.Aborted, channel.Statistics.Depth));
    }

    [Fact]
    public void MeaninglessPolicies_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BoundedChannel.CreatePrioritized(0, (int item) => item));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BoundedChannelPolicy(1) { OvertakeLimit = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new BoundedChannelPolicy(1) { Order = (ChannelOrder)2 });
        var newestFirst = new BoundedChannelPolicy(1) { Order = ChannelOrder.NewestFirst };
        Assert.Throws<ArgumentException>(() => BoundedChannel.CreatePrioritized(newestFirst, (int item) => item));
        Assert.Throws<ArgumentException>(() => BoundedChannel.CreateConflating(newestFirst, (int item) => item));
        Assert.Throws<ArgumentException>(() => BoundedChannel.Create<int>(newestFirst with { Capacity = 0 }));
    }

    [Fact]
    public void SteadyState_CostsNoBytesPerItem()
    {
        var channel = BoundedChannel.CreatePrioritized(new BoundedChannelPolicy(64) { FullMode = ChannelFullMode.DropOldest }, (object item) => item.GetHashCode());
        var item = new object();
        Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Round();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Round()
        {
            for (var i = 0; i < 100; i++)
            {
                channel.Writer.TryWrite(item);
            }

            while (channel.Reader.TryRead(out _))
            {
            }
        }
    }

    private static List<T> Drain<T>(BoundedChannel<T> channel)
    {
        var items = new List<T>();
        while (channel.Reader.TryRead(out var item))
        {
            items.Add(item);
        }

        return items;
    }

    private sealed class Waiting
    {
        public int Rank { get; init; }

        public int Overtaken { get; set; }
    }
}
