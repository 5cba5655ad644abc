using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

/// <summary>How a map ends when code that it calls fails, or is cancelled at a bad moment.</summary>
public sealed class MapEndTests
{
    [Fact]
    public async Task EV16_Map_SourceCannotBeEnumerated_FailureComesOutAndDisposalEnds()
    {
        using var caller = new CancellationTokenSource();
        var results = new RefusingSource(refusals: 1)
            .MapAsync((i, _) => Task.FromResult(i))
            .GetAsyncEnumerator(caller.Token);

        await Assert.ThrowsAsync<FormatException>(() => results.MoveNextAsync().AsTask()).Within("the failure");

        await results.DisposeAsync().Within("the disposal");
        await caller.CancelAsync();
    }

    [Fact]
    public async Task EV16_Map_SourceCouldNotBeEnumeratedOnce_NextCallTriesAgain()
    {
        await using var results = new RefusingSource(refusals: 1).MapAsync((i, _) => Task.FromResult(i)).GetAsyncEnumerator();
        await Assert.ThrowsAsync<FormatException>(() => results.MoveNextAsync().AsTask()).Within("the failure");

        Assert.True(await results.MoveNextAsync().Within("the second try"));
        Assert.Equal(1, results.Current);
        Assert.False(await results.MoveNextAsync().Within("the end"));
    }

    [Fact]
    public async Task EV16_Map_CallbackOfTheTokenThrows_DisposalWaitsAllTheSameAndThenSaysSo()
    {
        var running = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var source = new CallbackSource();
        var results = source.MapAsync(async (_, token) =>
        {
            token.Register(static () => throw new FormatException("an item's callback"));
            running.SetResult();
            await release.Task;
            return 1;
        }).GetAsyncEnumerator();
        var first = results.MoveNextAsync().AsTask();
        await running.Task.Within("the item");

        var disposal = results.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);
        Assert.False(source.IsDisposed);
        release.SetResult();

        var failed = await Assert.ThrowsAsync<AggregateException>(() => disposal).Within("the disposal");
        Assert.Equal(["the source's callback", "an item's callback"], failed.InnerExceptions.Select(e => e.Message));
        Assert.True(source.IsDisposed);
        await first.Within("the reader");
    }

    [Fact]
    public async Task EV16_Map_CallbackOfAnItemThrows_StoppingThePoolWaitsAllTheSame()
    {
        await using var pool = new WorkPool(1);
        var running = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var results = Enumerable.Range(0, 1).MapAsync(async (_, token) =>
        {
            token.Register(static () => throw new FormatException("an item's callback"));
            running.SetResult();
            await release.Task;
            return 1;
        }, new MapOptions { Pool = pool }).GetAsyncEnumerator();
        var first = results.MoveNextAsync().AsTask();
        await running.Task.Within("the item");

        var stop = pool.StopAsync("enough.");
        Assert.False(stop.IsCompleted);
        release.SetResult();

        await stop.Within("the pool");
        Assert.True(await first.Within("the result"));
        await Assert.ThrowsAsync<AggregateException>(() => results.DisposeAsync().AsTask()).Within("the disposal");
    }

    [Fact]
    public async Task EV16_Map_CancelledJustBeforeTheReaderWaits_ReaderDoesNotWait()
    {
        using var caller = new CancellationTokenSource();
        var running = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var run = new MapRun<int, int>(async (i, _) =>
        {
            running.SetResult();
            await release.Task;
            return i;
        }, new MapOptions(), caller.Token);
        run.Start(_ => new SyncItems<int>(Enumerable.Range(0, 1).GetEnumerator()));
        await running.Task.Within("the item");
        await caller.CancelAsync();

        // The item ignores its token: nobody but the cancellation itself could end this wait.
        Assert.True(run.TryTake(out _)?.IsCompleted);

        release.SetResult();
        await run.StopAsync().Within("the end");
    }

    private sealed class RefusingSource(int refusals) : IAsyncEnumerable<int>
    {
        private int _refusals = refusals;

        public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
            _refusals-- > 0 ? throw new FormatException("no") : new SyncItems<int>(Enumerable.Range(1, 1).GetEnumerator());
    }

    private sealed class CallbackSource : IAsyncEnumerable<int>, IAsyncEnumerator<int>
    {
        private int _items;

        public int Current => _items;

        public bool IsDisposed { get; private set; }

        public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            cancellationToken.Register(static () => throw new FormatException("the source's callback"));
            return this;
        }

        public ValueTask<bool> MoveNextAsync() => ValueTask.FromResult(_items++ == 0);

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return default;
        }
    }
}
