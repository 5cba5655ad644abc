using Concurrency.Channels;
using Concurrency.Diagnostics;
using Concurrency.Executors;
using Concurrency.Inspection;
using Concurrency.Scopes;
using Concurrency.Tests.Diagnostics;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Inspection;

/// <summary>What clients of a snapshot server get, and what they can do to it.</summary>
[Collection(nameof(TracksTasks))]
public sealed class SnapshotServerTests : IDisposable
{
    private const string Token = "0123456789abcdef";
    private readonly SocketFolder _folder = new();

    [Fact]
    public async Task EV108_Tree_OverTheUnixSocket_IsWhatLivesInTheProcess()
    {
        await using var executor = new DedicatedThreadExecutor("seen by the client");
        await executor.InvokeAsync(static () => { });
        await using var server = Open();
        using var client = await SnapshotClient.ConnectAsync(_folder.Socket);

        var answer = await client.AskAsync("tree");

        Assert.StartsWith($"process {Environment.ProcessId} at ", answer, StringComparison.Ordinal);
        Assert.Contains("executor 'seen by the client'", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EV108_Json_IsOneLineThatFromJsonReads()
    {
        await using var server = Open();
        using var client = await SnapshotClient.ConnectAsync(_folder.Socket);

        var answer = await client.AskAsync("json");

        Assert.DoesNotContain("\n", answer, StringComparison.Ordinal);
        Assert.Equal(Environment.ProcessId, ConcurrencySnapshot.FromJson(answer).ProcessId);
    }

    [Fact]
    public async Task EV106_Listings_EachShowTheirKindAndNoOther()
    {
        await using var executor = new DedicatedThreadExecutor("an executor");
        var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy { Capacity = 1, Name = "a channel" });
        await using var pool = new WorkPool(new WorkPoolOptions { Name = "a pool", Size = 1 });
        await using var server = Open();
        using var client = await SnapshotClient.ConnectAsync(_folder.Socket);
        await TaskScope.RunAsync(
            async scope =>
            {
                var release = new TaskCompletionSource();
                _ = scope.Start("a child", _ => release.Task, executor);

                var scopes = await client.AskAsync("scopes");
                Assert.Contains("scope 'a scope'", scopes, StringComparison.Ordinal);
                Assert.Contains("task 'a child'", scopes, StringComparison.Ordinal);
                Assert.DoesNotContain("executor '", scopes, StringComparison.Ordinal);
                release.SetResult();
            },
            new TaskScopeOptions { Name = "a scope" });

        Assert.Contains("executor 'an executor'", await client.AskAsync("executors"), StringComparison.Ordinal);
        Assert.Contains("pool 'a pool'", await client.AskAsync("pools"), StringComparison.Ordinal);
        var channels = await client.AskAsync("channels");
        Assert.Contains("channel 'a channel'", channels, StringComparison.Ordinal);
        Assert.DoesNotContain("executor '", channels, StringComparison.Ordinal);
        GC.KeepAlive(channel);
    }

    [Fact]
    public async Task EV108_Executors_WhileOneIsStuck_AreShown()
    {
        await using var executor = new DedicatedThreadExecutor("stuck");
        using var release = new ManualResetEventSlim();
        var entered = new TaskCompletionSource();
        var blocked = executor.InvokeAsync(() =>
        {
            entered.SetResult();
            release.Wait();
        });
        await entered.Task.Within("the executor is stuck");
        await using var server = Open();
        using var client = await SnapshotClient.ConnectAsync(_folder.Socket);

        Assert.Contains("executor 'stuck' kind=DedicatedThread threads=1 queued=0 running=1", await client.AskAsync("executors"), StringComparison.Ordinal);

        release.Set();
        await blocked.Within("the executor goes on");
    }

    [Fact]
    public async Task EV108_Help_ListsCommands_AndAnUnknownOneIsToldAbout()
    {
        await using var server = Open();
        using var client = await SnapshotClient.ConnectAsync(_folder.Socket);

        Assert.Contains("tree ", await client.AskAsync("help"), StringComparison.Ordinal);
        Assert.Equal("error: 'import os' is no command. Say help for the list.", await client.AskAsync("import os\r"));
        Assert.StartsWith("error: The line was empty.", await client.AskAsync(""), StringComparison.Ordinal);
        await client.SendAsync("quit\n");
        Assert.Equal("", await client.RestAsync());
    }

    [Fact]
    public async Task EV108_Commands_SentTogetherOrInPieces_AreAnsweredInOrder()
    {
        await using var server = Open();
        using var client = await SnapshotClient.ConnectAsync(_folder.Socket);

        await client.SendAsync("one\ntw");
        Assert.Contains("'one'", await client.AnswerAsync(), StringComparison.Ordinal);
        await client.SendAsync("o\nthree\n");

        Assert.Contains("'two'", await client.AnswerAsync(), StringComparison.Ordinal);
        Assert.Contains("'three'", await client.AnswerAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("help\nhel", "'hel' is no command")]
    [InlineData("help\n", "quit ")]
    [InlineData("help", "quit ")]
    public async Task EV108_Client_ThatFinishes_GetsItsAnswersAndTheEnd(string sent, string last)
    {
        await using var server = Open();
        using var client = await SnapshotClient.ConnectAsync(_folder.Socket);

        await client.SendAsync(sent);
        client.Finish();

        var answers = (await client.RestAsync()).Split("\n\n");
        Assert.Equal("", answers[^1]);
        Assert.Contains(last, answers[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task EV108_Line_TooLong_IsRefusedAndEndsTheConnection()
    {
        await using var server = Open();
        using var client = await SnapshotClient.ConnectAsync(_folder.Socket);
        Assert.Contains("is no command", await client.AskAsync(new string('x', 256)), StringComparison.Ordinal);

        await client.SendAsync(new string('x', 257));

        Assert.Equal("error: A line has 256 bytes at most. Connect again.\n\n", await client.RestAsync());
    }

    [Fact]
    public async Task EV108_Client_ThatDisconnectsAtOnceOrWithoutReading_IsTolerated()
    {
        var logger = new ListLogger();
        await using var server = Open(options => options with { Logger = logger, MaximumClients = 64 });
        for (var i = 0; i < 10; i++)
        {
            using var quick = await SnapshotClient.ConnectAsync(_folder.Socket);
            if (i % 2 == 0)
            {
                await quick.SendAsync("tree\ntree\njson\n");
            }
        }

        using var client = await SnapshotClient.ConnectAsync(_folder.Socket);

        Assert.Contains("tree ", await client.AskAsync("help"), StringComparison.Ordinal);
        Assert.Empty(logger.Errors);
    }

    [Fact]
    public async Task EV108_Client_ThatTakesNoAnswers_HoldsUpNobody()
    {
        await using var server = Open();
        using var slow = await SnapshotClient.ConnectAsync(_folder.Socket);
        await slow.SendAsync(string.Concat(Enumerable.Repeat("help\n", 4_000)));
        using var client = await SnapshotClient.ConnectAsync(_folder.Socket);

        Assert.Contains("tree ", await client.AskAsync("help"), StringComparison.Ordinal);

        await server.DisposeAsync().Within("the server ends although a client takes nothing");
    }

    [Fact]
    public async Task EV108_Clients_MoreThanAllowed_AreRefusedUntilOneLeaves()
    {
        var logger = new ListLogger();
        await using var server = Open(options => options with { MaximumClients = 2, Logger = logger });
        using var first = await SnapshotClient.ConnectAsync(_folder.Socket);
        using var second = await SnapshotClient.ConnectAsync(_folder.Socket);
        await first.AskAsync("help");
        await second.AskAsync("help");
        Assert.Equal(2, server.Clients);

        using (var third = await SnapshotClient.ConnectAsync(_folder.Socket))
        {
            Assert.Equal("error: 2 clients are connected and no more are allowed. Try again later.\n\n", await third.RestAsync());
        }

        Assert.Contains(logger.Lines, static line => line.StartsWith("Warning: A client was refused", StringComparison.Ordinal));
        await first.SendAsync("quit\n");
        await first.RestAsync();
        using var next = await SnapshotClient.ConnectAsync(_folder.Socket);
        Assert.Contains("tree ", await next.AskAsync("help"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EV108_Client_IdleForTooLong_IsDisconnected()
    {
        var clock = new ManualClock();
        await using var server = Open(options => options with { IdleTimeout = TimeSpan.FromMinutes(5), TimeProvider = clock });
        using var client = await SnapshotClient.ConnectAsync(_folder.Socket);
        await client.AskAsync("help");
        clock.Advance(TimeSpan.FromMinutes(4));
        await client.AskAsync("help");
        clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Contains("tree ", await client.AskAsync("help"), StringComparison.Ordinal);

        clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal("", await client.RestAsync());
    }

    [Fact]
    public async Task EV108_Client_ThatTakesNoAnswersForTooLong_IsDisconnected()
    {
        var clock = new ManualClock();
        await using var server = Open(options => options with { TimeProvider = clock, MaximumClients = 1 });
        using var slow = await SnapshotClient.ConnectAsync(_folder.Socket);
        await slow.SendAsync(string.Concat(Enumerable.Repeat("help\n", 4_000)));
        await slow.AnswerAsync();

        clock.Advance(TimeSpan.FromMinutes(5));

        await slow.RestAsync();
    }

    [Fact]
    public async Task EV108_Tcp_AnswersOnlyWhoGivesTheToken()
    {
        var logger = new ListLogger();
        await using var server = new SnapshotServer(new SnapshotServerOptions { TcpPorts = default(PortRange), Token = Token, Logger = logger });
        Assert.True(System.Net.IPAddress.IsLoopback(server.TcpEndPoint!.Address));
        using var client = await SnapshotClient.ConnectAsync(server.TcpEndPoint);
        using var stranger = await SnapshotClient.ConnectAsync(server.TcpEndPoint);
        using var guesser = await SnapshotClient.ConnectAsync(server.TcpEndPoint);

        Assert.Equal("The token is right.", await client.AskAsync($"token {Token}"));
        Assert.StartsWith("process ", await client.AskAsync("tree"), StringComparison.Ordinal);
        Assert.StartsWith("error: The first line must be 'token'", await stranger.AskAsync("tree"), StringComparison.Ordinal);
        Assert.StartsWith("error: The first line must be 'token'", await guesser.AskAsync($"token {Token[..^1]}"), StringComparison.Ordinal);

        Assert.Equal("", await stranger.RestAsync());
        Assert.Equal("", await guesser.RestAsync());
        Assert.Equal(2, logger.Lines.Count(static line => line.Contains("it did not give the token", StringComparison.Ordinal)));
        Assert.DoesNotContain(logger.Messages, static line => line.Contains(Token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task EV106_Stacks_OnlyWhereTheOptionsAllowIt_TurnTrackingOn()
    {
        await using var closed = Open();
        using (var client = await SnapshotClient.ConnectAsync(_folder.Socket))
        {
            Assert.StartsWith("error: This program does not let clients track tasks.", await client.AskAsync("stacks on"), StringComparison.Ordinal);
            Assert.False(TaskTracking.IsEnabled);
            Assert.StartsWith("Tasks are not tracked.", await client.AskAsync("tasks"), StringComparison.Ordinal);
        }

        await using var open = Open(options => options with { SocketPath = _folder.At("open"), AllowsTracking = true });
        using var asker = await SnapshotClient.ConnectAsync(_folder.At("open"));
        Assert.StartsWith("Tasks that start from now on", await asker.AskAsync("stacks on"), StringComparison.Ordinal);
        await using var executor = new DedicatedThreadExecutor("tracked");
        var release = new TaskCompletionSource();
        var task = executor.RunAsync("a named task", _ => release.Task);

        var tasks = await asker.AskAsync("tasks");

        Assert.Contains("task 'a named task'", tasks, StringComparison.Ordinal);
        Assert.Contains(nameof(EV106_Stacks_OnlyWhereTheOptionsAllowIt_TurnTrackingOn), tasks, StringComparison.Ordinal);
        await asker.AskAsync("stacks off");
        Assert.False(TaskTracking.IsEnabled);
        await asker.AskAsync("stacks on");
        await open.DisposeAsync().Within("the server ends");
        Assert.False(TaskTracking.IsEnabled);
        release.SetResult();
        await task.Within("the task ends");
    }

    public void Dispose() => _folder.Dispose();

    private SnapshotServer Open(Func<SnapshotServerOptions, SnapshotServerOptions>? change = null)
    {
        var options = new SnapshotServerOptions { SocketPath = _folder.Socket };
        return new SnapshotServer(change is null ? options : change(options));
    }
}
