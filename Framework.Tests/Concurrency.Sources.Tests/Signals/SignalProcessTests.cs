using Concurrency.Execution;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Signals;

/// <summary>Real signals to a child process, one at a time.</summary>
public sealed class SignalProcessTests : IClassFixture<MachineLock>
{
    private const int Hangup = 1;
    private const int Interrupt = 2;
    private const int User1 = 10;
    private const int User2 = 12;
    private const int Terminate = 15;
    private const int Child = 17;
    private const int RealTime = 40;

    public static TheoryData<ExecutorKind> Kinds => [ExecutorKind.Cooperative, ExecutorKind.DedicatedThread, ExecutorKind.Pool];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task EachSignal_ArrivesByName_AndItsDefaultActionIsCancelled(ExecutorKind kind)
    {
        await using var child = await SignalChildProcess.StartAsync(kind, "--take 1,2,3,10,12,15,17,18,20,28,40,64");
        Assert.Equal("ready SignalThread", child.Ready);

        foreach (var (number, name) in new[]
        {
            (Hangup, "SIGHUP"), (Interrupt, "SIGINT"), (3, "SIGQUIT"), (User1, "SIGUSR1"), (User2, "SIGUSR2"),
            (Terminate, "SIGTERM"), (Child, "SIGCHLD"), (18, "SIGCONT"), (20, "SIGTSTP"), (28, "SIGWINCH"),
            (RealTime, "SIGRTMIN+6"), (64, "SIGRTMIN+30"),
        })
        {
            await child.SendAndExpectAsync(number, $"source0 {name} 1");
        }

        Assert.Equal(12, (await child.StopAsync())["published"]);
        Assert.Equal(0, await child.ExitAsync());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Hangup_WithAStarvedThreadPool_Arrives(ExecutorKind kind)
    {
        await using var child = await SignalChildProcess.StartAsync(kind, "--take 1,10,40,15 --starve");

        await child.SendAndExpectAsync(Hangup, "source0 SIGHUP 1");
        await child.SendAndExpectAsync(User1, "source0 SIGUSR1 1");
        await child.SendAndExpectAsync(RealTime, "source0 SIGRTMIN+6 1");
        await child.SendAndExpectAsync(Terminate, "source0 SIGTERM 1");
    }

    [Fact]
    public async Task ForeignRegistrations_BesideOurs_GetTheirSignalsToo()
    {
        // 10 is taken by both, 12 by the registration alone: both come through our function.
        await using var child = await SignalChildProcess.StartAsync("--take 10,1 --foreign 10,12");

        for (var i = 0; i < 5; i++)
        {
            child.Send(User1);
            var lines = new[] { await child.NextAsync("the first of two"), await child.NextAsync("the second of two") };
            Assert.Equal(["foreign 10", "source0 SIGUSR1 1"], lines.Order(StringComparer.Ordinal));
            await child.SendAndExpectAsync(User2, "foreign 12");
            await child.SendAndExpectAsync(Hangup, "source0 SIGHUP 1");
        }
    }

    [Fact]
    public async Task SeveralSources_OfOneSignal_EachGetIt_AndOneEndsWithoutTheOther()
    {
        await using var child = await SignalChildProcess.StartAsync("--take 10,12 --take 10,1");

        child.Send(User1);
        var lines = new[] { await child.NextAsync("the first of two"), await child.NextAsync("the second of two") };
        Assert.Equal(["source0 SIGUSR1 1", "source1 SIGUSR1 1"], lines.Order(StringComparer.Ordinal));
        await child.SendAndExpectAsync(User2, "source0 SIGUSR2 1");

        child.Command("dispose 0");
        await child.ExpectAsync("disposed 0");
        await child.SendAndExpectAsync(User1, "source1 SIGUSR1 1");
        await child.SendAndExpectAsync(Hangup, "source1 SIGHUP 1");
    }

    [Fact]
    public async Task Dispose_RestoresTheDefaultAction()
    {
        await using var child = await SignalChildProcess.StartAsync("--take 15");
        await child.SendAndExpectAsync(Terminate, "source0 SIGTERM 1");

        child.Command("dispose 0");
        await child.ExpectAsync("disposed 0");
        child.Send(Terminate);

        Assert.Equal(128 + Terminate, await child.ExitAsync(endInput: false));
    }

    [Fact]
    public async Task Stop_RestoresTheDefaultActionAndKeepsWhatIsPending()
    {
        await using var child = await SignalChildProcess.StartAsync("--hold 0 --capacity 1 --take 10,12,15 --take 64");
        foreach (var signal in new[] { User1, User2, User1 })
        {
            // The signal thread works in order: what the second source reports came after.
            child.Send(signal);
            await child.SendAndExpectAsync(64, "source1 SIGRTMIN+30 1");
        }

        var accounts = await child.StopAsync();

        Assert.Equal((3, 0), (accounts["observed"], accounts["coalesced"]));
        Assert.Equal((2, 1), (accounts["10"], accounts["12"]));
        await child.AccountsAsync();
        child.Send(Terminate);
        Assert.Equal(128 + Terminate, await child.ExitAsync(endInput: false));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ReducedDelivery_WhenTheHookIsRefused_StillTakesEachSignal(ExecutorKind kind)
    {
        await using var child = await SignalChildProcess.StartAsync(kind, "--no-hook --take 1,10 --take 10,15,40 --foreign 12");
        Assert.Equal("ready ThreadPool,ThreadPool", child.Ready);

        await child.SendAndExpectAsync(Hangup, "source0 SIGHUP 1");
        child.Send(User1);
        var lines = new[] { await child.NextAsync("the first of two"), await child.NextAsync("the second of two") };
        Assert.Equal(["source0 SIGUSR1 1", "source1 SIGUSR1 1"], lines.Order(StringComparer.Ordinal));
        await child.SendAndExpectAsync(RealTime, "source1 SIGRTMIN+6 1");
        await child.SendAndExpectAsync(Terminate, "source1 SIGTERM 1");
        await child.SendAndExpectAsync(User2, "foreign 12");
    }
}
