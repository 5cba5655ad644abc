using Concurrency.Execution;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Signals;

/// <summary>Real signals in great number from another process.</summary>
public sealed class SignalStormTests : IClassFixture<MachineLock>
{
    private const int Storm = 20_000;

    public static TheoryData<ExecutorKind> Kinds => [ExecutorKind.Cooperative, ExecutorKind.DedicatedThread, ExecutorKind.Pool];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task RealTimeSignals_20000FromAnotherProcess_AreAllHandled(ExecutorKind kind)
    {
        await using var child = await SignalChildProcess.StartAsync(kind, "--quiet --take 40,10");

        for (var i = 0; i < Storm; i++)
        {
            child.Send(40);
        }

        Assert.Equal(Storm, (await DrainedAsync(child, 40, Storm))["40"]);
    }

    [Fact]
    public async Task RealTimeSignals_WithATinyChannelAndAHeldReader_AreAllHandled()
    {
        await using var child = await SignalChildProcess.StartAsync(ExecutorKind.Cooperative, "--quiet --hold 0 --capacity 2 --take 40,64");
        for (var i = 0; i < Storm; i++)
        {
            child.Send(i % 2 == 0 ? 40 : 64);
        }

        child.Command("read");

        child.Command($"await 40 {Storm / 2}");
        await child.ExpectAsync("awaited 40");
        var accounts = await DrainedAsync(child, 64, Storm / 2);
        Assert.Equal(Storm / 2, accounts["40"]);
        Assert.Equal(Storm / 2, accounts["64"]);
    }

    [Fact]
    public async Task RealTimeSignals_ThroughTheReducedDelivery_AreAllHandled()
    {
        await using var child = await SignalChildProcess.StartAsync(ExecutorKind.Cooperative, "--quiet --no-hook --take 40");
        Assert.Equal("ready ThreadPool", child.Ready);

        for (var i = 0; i < Storm; i++)
        {
            child.Send(40);
        }

        Assert.Equal(Storm, (await DrainedAsync(child, 40, Storm))["40"]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task StandardSignals_20000FromAnotherProcess_OneIsHandledAfterTheLastWasSent(ExecutorKind kind)
    {
        await using var child = await SignalChildProcess.StartAsync(kind, "--quiet --take 10");
        for (var round = 0; round < 200; round++)
        {
            for (var i = 1; i < Storm / 200; i++)
            {
                child.Send(10);
            }

            var beforeTheLast = TimeProvider.System.GetTimestamp();
            child.Send(10);
            child.Command($"handled-since 10 {beforeTheLast}");
            await child.ExpectAsync("handled 10");
        }

        var accounts = await child.StopAsync();
        Assert.InRange(accounts["10"], 200, Storm);
        Assert.InRange(accounts["observed"], accounts["10"], Storm);
    }

    private static async Task<Dictionary<string, long>> DrainedAsync(SignalChildProcess child, int number, int count)
    {
        child.Command($"await {number} {count}");
        await child.ExpectAsync($"awaited {number}");
        return await child.StopAsync();
    }
}
