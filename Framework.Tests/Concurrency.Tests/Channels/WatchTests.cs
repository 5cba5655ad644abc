using System.Threading.Channels;
using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

public sealed class WatchTests
{
    [Fact]
    public async Task Watchers_SeeTheNewestValueAndNobodyHoldsTheWriter()
    {
        var watched = new WatchChannel<int>(0);
        using var quick = watched.Subscribe();
        using var slow = watched.Subscribe();
        var seen = new List<int>();
        for (var i = 1; i <= 100; i++)
        {
            var change = quick.WaitForChangeAsync();
            Assert.True(watched.Writer.TryWrite(i));
            seen.Add(await change.Within("change"));
        }

        Assert.Equal(Enumerable.Range(1, 100), seen);
        Assert.True(slow.HasChanged);
        Assert.Equal(100, await slow.WaitForChangeAsync());
        Assert.False(slow.HasChanged);
        Assert.Equal((100, 100, 2), (watched.Value, slow.Value, watched.Watchers));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Subscribe_WithCurrent_CountsItAsAChange(bool withCurrent)
    {
        var watched = new WatchChannel<string>("first");
        using var watcher = watched.Subscribe(withCurrent);

        Assert.Equal("first", watcher.Value);
        Assert.Equal(withCurrent, watcher.HasChanged);
        Assert.Equal(withCurrent, watcher.Reader.TryRead(out var value));
        Assert.Equal(withCurrent ? "first" : null, value);
    }

    [Fact]
    public async Task Complete_TheLastValueIsSeenThenTheEnd()
    {
        var watched = new WatchChannel<int>(0);
        using var watcher = watched.Subscribe();
        using var done = watched.Subscribe();
        Assert.True(watched.Writer.TryWrite(1));
        Assert.Equal(1, await done.WaitForChangeAsync());
        var waiting = done.WaitForChangeAsync().AsTask();
        watched.Writer.Complete();

        await Assert.ThrowsAsync<ChannelClosedException>(() => waiting.Within("waiting"));
        Assert.Equal(1, await watcher.WaitForChangeAsync());
        await Assert.ThrowsAsync<ChannelClosedException>(() => watcher.WaitForChangeAsync().AsTask());
        Assert.False(watched.Writer.TryWrite(2));
        Assert.Equal(1, watched.Value);
        using var late = watched.Subscribe(withCurrent: true);
        Assert.Equal(1, await late.WaitForChangeAsync());
    }

    [Fact]
    public async Task WaitForChange_Cancelled_HasSeenNothing()
    {
        var watched = new WatchChannel<int>(0);
        using var watcher = watched.Subscribe();
        using var source = new CancellationTokenSource();
        var wait = watcher.WaitForChangeAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.Within("wait"));

        Assert.True(watched.Writer.TryWrite(1));
        Assert.Equal(1, await watcher.WaitForChangeAsync());
    }

    [Fact]
    public async Task Dispose_EndsTheWatcherAndLeavesTheOthers()
    {
        var watched = new WatchChannel<int>(0);
        var leaving = watched.Subscribe();
        using var staying = watched.Subscribe();
        var wait = leaving.WaitForChangeAsync().AsTask();
        leaving.Dispose();
        await Assert.ThrowsAsync<ChannelClosedException>(() => wait.Within("wait"));

        Assert.True(watched.Writer.TryWrite(1));
        Assert.Equal(1, await staying.WaitForChangeAsync());
        Assert.Equal(1, watched.Watchers);
    }

    [Fact]
    public void Races_OfWritersAndWatchers_NobodySeesAnOldValueAfterANewOne() => Explore.Seeds(500, async executor =>
    {
        var random = executor.Random;
        var watched = new WatchChannel<int>(0);
        var next = 0;
        var writers = Enumerable.Range(0, 2).Select(_ => WriteAsync()).ToArray();
        var watchers = Enumerable.Range(0, 3).Select(_ => WatchAsync()).ToArray();
        await Task.WhenAll(writers);
        watched.Writer.Complete();
        await Task.WhenAll(watchers);

        async Task WriteAsync()
        {
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                await Task.Yield();
                Assert.True(watched.Writer.TryWrite(++next));
            }
        }

        async Task WatchAsync()
        {
            await Task.Yield();
            using var watcher = watched.Subscribe(withCurrent: true);
            var last = -1;
            await foreach (var value in watcher.Reader.ReadAllAsync())
            {
                Assert.True(value > last);
                Assert.True(watcher.Value >= value);
                last = value;
                await Task.Yield();
            }

            Assert.Equal(next, last);
        }
    });
}
