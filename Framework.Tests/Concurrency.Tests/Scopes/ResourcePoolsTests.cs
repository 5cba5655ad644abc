using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

public sealed class ResourcePoolsTests
{
    private readonly ResourcePoolRig _rig = new();

    [Fact]
    public async Task EV33_EachKey_HasAPoolOfItsOwn_MadeOnDemand()
    {
        await using var pools = new ResourcePools<string, int>(key => _rig.Options(1) with { Name = key });
        Assert.Equal(0, pools.Count);

        await using var first = await pools.AcquireAsync("db1");
        await using var second = await pools.AcquireAsync("db2");
        var waiting = pools.AcquireAsync("db1").AsTask();
        Assert.Equal((2, false), (pools.Count, waiting.IsCompleted));
        await first.DisposeAsync();

        await using var again = await waiting.Within("db1");
        Assert.Equal((1, 2), (again.Value, second.Value));
        Assert.True(pools.TryGetStatistics("db1", out var seen));
        Assert.Equal(2, seen.Acquired);
        Assert.False(pools.TryGetStatistics("db3", out _));
    }

    [Fact]
    public async Task EV33_CredentialsOfTheHost_OrElseTheDefault_MakeTheItems()
    {
        var credentials = new Dictionary<string, string> { ["db1"] = "alice", ["default"] = "guest" };
        await using var pools = new ResourcePools<(string Host, string Database), string>(key => new ResourcePoolOptions<string>
        {
            Factory = _ => ValueTask.FromResult($"{credentials.GetValueOrDefault(key.Host, credentials["default"])}@{key.Host}/{key.Database}"),
        });

        await using var known = await pools.AcquireAsync(("db1", "orders"));
        await using var other = await pools.AcquireAsync(("db2", "orders"));

        Assert.Equal(("alice@db1/orders", "guest@db2/orders"), (known.Value, other.Value));
    }

    [Fact]
    public async Task EV33_OneKeyTooMany_TakesThePlaceOfTheLeastRecentlyUsedUnusedOne()
    {
        await using var pools = new ResourcePools<string, int>(_ => _rig.Options(1), maximumKeys: 2);
        await (await pools.AcquireAsync("old")).DisposeAsync();
        await (await pools.AcquireAsync("young")).DisposeAsync();
        await (await pools.AcquireAsync("old")).DisposeAsync();

        await (await pools.AcquireAsync("new")).DisposeAsync();

        Assert.Equal([2], _rig.Closed);
        Assert.True(pools.TryGetStatistics("old", out _));
        Assert.False(pools.TryGetStatistics("young", out _));
    }

    [Fact]
    public async Task EV33_OneKeyTooMany_AllInUse_IsRefused_AndNothingIsMade()
    {
        await using var pools = new ResourcePools<string, int>(_ => _rig.Options(1), maximumKeys: 1);
        var held = await pools.AcquireAsync("a");

        var error = await Assert.ThrowsAsync<ResourcePoolsFullException>(() => pools.AcquireAsync("b").AsTask());
        Assert.Contains("no room for a pool of 'b': items of all 1 keys are in use", error.Message, StringComparison.Ordinal);
        await held.DisposeAsync();
        await (await pools.AcquireAsync("b")).DisposeAsync();

        Assert.Equal(2, _rig.Made);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ResourcePools<string, int>(_ => _rig.Options(1), 0));
    }

    [Fact]
    public async Task EV33_OptionsFail_TheErrorComesOut_AndTheNextTryWorks()
    {
        var tries = 0;
        await using var pools = new ResourcePools<string, int>(_ => ++tries == 1 ? throw new IOException("no credentials") : _rig.Options(1));

        await Assert.ThrowsAsync<IOException>(() => pools.AcquireAsync("a").AsTask());
        await using var lease = await pools.AcquireAsync("a");

        Assert.Equal(1, pools.Count);
    }

    [Fact]
    public async Task EV33_Timeout_IsOfThePoolOfTheKey()
    {
        await using var pools = new ResourcePools<string, int>(_ => _rig.Options(1));
        await using var held = await pools.AcquireAsync("a", TimeSpan.FromSeconds(1));
        var late = pools.AcquireAsync("a", TimeSpan.FromSeconds(1)).AsTask();

        _rig.Clock.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<TimeoutException>(() => late.Within("timeout"));
    }

    [Fact]
    public async Task EV33_Dispose_EndsAllPools_AndLeasesWhenTheyReturn()
    {
        var pools = new ResourcePools<string, int>(_ => _rig.Options(1));
        await (await pools.AcquireAsync("a")).DisposeAsync();
        var held = await pools.AcquireAsync("b");

        await pools.DisposeAsync().Within("dispose");
        await pools.DisposeAsync().Within("again");
        Assert.Equal([1], _rig.Closed);
        await held.DisposeAsync();

        Assert.Equal(0, _rig.Alive);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pools.AcquireAsync("a").AsTask());
    }
}
