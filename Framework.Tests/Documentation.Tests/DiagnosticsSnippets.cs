using System.Net.Sockets;

namespace Documentation.Tests;

/// <summary>The code blocks about diagnostics.</summary>
public sealed class DiagnosticsSnippets
{
    [Fact]
    public async Task DiagnosticsSmallest_PrintsTheProcess()
    {
        using var console = new CapturedConsole();

        #region diagnostics-smallest
        var snapshot = ConcurrencySnapshot.Take();

        Console.WriteLine(snapshot.ToText());
        #endregion

        await console.LineAsync($"process {Environment.ProcessId} at ");
        Assert.Equal(snapshot.ToText(), ConcurrencySnapshot.FromJson(snapshot.ToJson()).ToText());
    }

    [Fact]
    public async Task DiagnosticsServer_AnswersALine()
    {
        using var console = new CapturedConsole();
        var runtimeDirectory = Directory.CreateTempSubdirectory("docs").FullName;

        #region diagnostics-server
        await using var server = new SnapshotServer(new SnapshotServerOptions
        {
            SocketPath = Path.Combine(runtimeDirectory, "{pid}.sock"),
            AllowsTracking = true,
        });
        Console.WriteLine($"nc -U {server.SocketPath}");
        #endregion

        Assert.Equal([$"nc -U {runtimeDirectory}/{Environment.ProcessId}.sock"], console.Lines);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(server.SocketPath!));
        await client.SendAsync("tree\nquit\n"u8.ToArray());
        using var answer = new StreamReader(new NetworkStream(client));
        Assert.StartsWith($"process {Environment.ProcessId} at ", await answer.ReadToEndAsync(), StringComparison.Ordinal);
        await server.DisposeAsync();
        Directory.Delete(runtimeDirectory);
    }

    [Fact]
    public async Task DiagnosticsTasks_ListsTheTask()
    {
        using var console = new CapturedConsole();

        #region diagnostics-tasks
        using var tracking = TaskTracking.Enable();
        await using var executor = new CooperativeExecutor("loop");
        var polling = executor.RunAsync("poller", token => Task.Delay(Timeout.Infinite, token));
        await executor.InvokeAsync(() => { });

        foreach (var task in TaskTracking.All)
        {
            Console.WriteLine($"{task.Name} on {task.Executor.Name}: {task.State}");
        }
        #endregion

        Assert.Equal(["poller on loop: Awaiting"], console.Lines);
        Assert.False(polling.IsCompleted);
    }

    [Fact]
    public async Task DiagnosticsUnseen_ReportsTheFailure()
    {
        using var console = new CapturedConsole();

        #region diagnostics-unseen
        var executor = new CooperativeExecutor(new CooperativeExecutorOptions
        {
            Name = "loop",
            OnUnseenFailure = failure => Console.WriteLine($"{failure.Name} on {failure.Executor}: {failure.Error.Message}"),
        });
        _ = executor.RunAsync("refresh", _ => Task.FromException(new IOException("The disk is gone.")));

        await executor.DrainAsync(TimeSpan.FromSeconds(5));
        await executor.DisposeAsync();
        #endregion

        Assert.Equal(["refresh on loop: The disk is gone."], console.Lines);
    }

    [Fact]
    public async Task DiagnosticsForget_ReportsAtOnce()
    {
        using var console = new CapturedConsole();
        static Task RefreshAsync() => Task.FromException(new IOException("The disk is gone."));

        #region diagnostics-forget
        RefreshAsync().Forget(failure => Console.WriteLine($"{failure.Name}: {failure.Error.Message}"), "refresh");
        #endregion

        Assert.Equal("refresh: The disk is gone.", await console.LineAsync("refresh"));
    }

    [Fact]
    public async Task DiagnosticsLocks_ReportsTheHolder()
    {
        using var console = new CapturedConsole();

        #region diagnostics-locks
        using var watch = LockWatch.Enable(new LockWatchOptions
        {
            Limit = TimeSpan.FromMilliseconds(50),
            RecordStacks = true,
            OnReport = report => Console.WriteLine($"{report.Kind}: {report.Waiters} waits for\n{report.Holders[0]}"),
        });
        var mutex = new AsyncLock();
        using var held = await mutex.LockAsync();
        var waiting = mutex.LockAsync().AsTask();
        #endregion

        await console.LineAsync("AsyncLock: 1 waits for");
        Assert.Contains(nameof(DiagnosticsLocks_ReportsTheHolder), await console.LineAsync("   at Documentation.Tests"), StringComparison.Ordinal);
        held.Dispose();
        (await waiting).Dispose();
    }
}
