using System.Threading.Channels;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

/// <summary>Where the code behind each construct of .NET runs when it is used on an executor; docs/resume-table.md shows the same rows.</summary>
public sealed class ResumeTableTests
{
    private const string Back = "executor";
    private const string Pool = ".NET pool";

    private static readonly (string Construct, string Resumes, Func<Executor, CancellationToken, Task<string>> Probe)[] s_rows =
    [
        ("`await task`", Back, async (_, _) => { await LaterAsync(); return Where(); }),
        ("`await valueTask`", Back, async (_, _) => { await new ValueTask(LaterAsync()); return Where(); }),
        ("`await Task.Yield()`", Back, async (_, _) => { await Task.Yield(); return Where(); }),
        ("`await Executor.Yield()`", Back, async (_, _) => { await Executor.Yield(); return Where(); }),
        ("`await task.ConfigureAwait(false)`", Pool, async (_, _) => { await LaterAsync().ConfigureAwait(false); return Where(); }),
        ("`await task.ConfigureAwait(Executor.Current is not null)`", Back, async (_, _) => { await LaterAsync().ConfigureAwait(Executor.Current is not null); return Where(); }),
        ("`await Task.Delay(t)`", Back, async (own, token) => { await DelayAsync(token); return Where(); }),
        ("`await Task.Delay(t, executor.TimeProvider)`", Back, async (executor, token) => { await Task.Delay(TimeSpan.FromMilliseconds(1), executor.TimeProvider, token); return Where(); }),
        ("callback of `executor.TimeProvider.CreateTimer`", Back, async (executor, _) => await TimerAsync(executor.TimeProvider)),
        ("callback of `System.Threading.Timer`", Pool, async (_, _) => await TimerAsync(TimeProvider.System)),
        ("`await periodicTimer.WaitForNextTickAsync()`", Back, async (own, token) => { using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1)); await timer.WaitForNextTickAsync(token); return Where(); }),
        ("`task.ContinueWith(f)`", Pool, (_, _) => LaterAsync().ContinueWith(_ => Where(), TaskScheduler.Current)),
        ("`task.ContinueWith(f, executor.Scheduler)`", Back, (executor, _) => LaterAsync().ContinueWith(_ => Where(), executor.Scheduler)),
        ("`Task.Run(f)`, inside f", Pool, (_, token) => Task.Run(Where, token)),
        ("`await Task.Run(f)`, after it", Back, async (own, token) => { await Task.Run(Where, token); return Where(); }),
        ("`Task.Factory.StartNew(f)`", Pool, (_, token) => Task.Factory.StartNew(Where, token, TaskCreationOptions.None, TaskScheduler.Current)),
        ("`Parallel.ForEachAsync`, inside the body", Pool, async (own, token) => { var where = ""; await Parallel.ForEachAsync([1], token, async (_, _) => { await LaterAsync(); where = Where(); }); return where; }),
        ("`await Parallel.ForEachAsync`, after it", Back, async (own, token) => { await Parallel.ForEachAsync([1], token, (_, _) => default); await LaterAsync(); return Where(); }),
        ("`await semaphoreSlim.WaitAsync()`", Back, async (own, token) => { using var semaphore = new SemaphoreSlim(0); ReleaseLater(semaphore); await semaphore.WaitAsync(token); return Where(); }),
        ("`await channel.Reader.ReadAsync()`", Back, async (own, token) => { await Items().Reader.ReadAsync(token); return Where(); }),
        ("`await foreach` over the in-box `reader.ReadAllAsync()`", Back, async (own, token) => { var where = ""; await foreach (var _ in Items().Reader.ReadAllAsync(token)) { where = Where(); } return where; }),
        ("the same with `.ConfigureAwait(false)`", Pool, async (own, token) => { var where = ""; await foreach (var _ in Items().Reader.ReadAllAsync(token).ConfigureAwait(false)) { where = Where(); } return where; }),
        ("`await foreach` over your own async iterator", Back, async (_, _) => { var where = ""; await foreach (var _ in IterateAsync()) { where = Where(); } return where; }),
        ("inside your own async iterator", Back, async (_, _) => { await foreach (var where in IterateAsync()) { return where; } return ""; }),
        ("`await Task.WhenAll(...)`", Back, async (_, _) => { await Task.WhenAll(LaterAsync(), LaterAsync()); return Where(); }),
        ("`await Task.WhenAny(...)`", Back, async (_, _) => { await Task.WhenAny(LaterAsync(), LaterAsync()); return Where(); }),
        ("`await foreach` over `Task.WhenEach(...)`", Back, async (_, _) => { var where = ""; await foreach (var _ in Task.WhenEach(LaterAsync(), LaterAsync())) { where = Where(); } return where; }),
        ("`await task.WaitAsync(timeout)`", Back, async (own, token) => { await LaterAsync().WaitAsync(TimeSpan.FromMinutes(1), token); return Where(); }),
        ("callback of `token.Register(f)`", Pool, async (_, _) => await RegisteredAsync(useContext: false)),
        ("callback of `token.Register(f, useSynchronizationContext: true)`", Back, async (_, _) => await RegisteredAsync(useContext: true)),
        ("callback of `new Progress<T>(f)`", Back, async (_, _) => { var seen = new TaskCompletionSource<string>(); IProgress<int> progress = new Progress<int>(_ => seen.SetResult(Where())); await Task.Run(() => progress.Report(1)); return await seen.Task; }),
        ("`async void` after an await", Back, async (_, _) => { var seen = new TaskCompletionSource<string>(); Void(seen); return await seen.Task; }),
        ("after `await` of a library method that uses `ConfigureAwait(false)`", Back, async (_, _) => { await RetryAsync(static () => Task.CompletedTask); return Where(); }),
        ("second call of a callback by such a library (a retry)", Pool, async (_, _) => { var where = ""; await RetryAsync(() => { where = Where(); return Task.CompletedTask; }); return where; }),
        ("the same, with the callback wrapped in `executor.RunAsync`", Back, async (executor, _) => { var where = ""; await RetryAsync(() => executor.RunAsync(_ => { where = Where(); return Task.CompletedTask; })); return where; }),
        ("`await httpClient.GetAsync(...)`", Back, async (own, token) => { using var client = new HttpClient(new Handler()); (await client.GetAsync(new Uri("http://nowhere/"), token)).Dispose(); return Where(); }),
    ];

    public static TheoryData<string> Constructs => [.. s_rows.Select(row => row.Construct)];

    [Theory]
    [MemberData(nameof(Constructs))]
    public async Task Construct_OnEachKindOfExecutor_ResumesWhereTheTableSays(string construct)
    {
        var row = s_rows.Single(row => row.Construct == construct);
        foreach (var spec in new[] { "cooperative", "thread", "pool:1" })
        {
            await using var executor = ExecutorSpec.Parse(spec).Create("under test");
            var where = await executor.RunAsync(token => row.Probe(executor, token)).Within(construct);
            Assert.Equal(row.Resumes, where);
        }
    }

    [Fact]
    public void Documentation_ShowsTheseRows()
    {
        var page = File.ReadAllLines(Path.Combine(RepositoryRoot(), "docs", "resume-table.md"));
        var documented = page.Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).Where(line => !line.StartsWith("|-", StringComparison.Ordinal));

        Assert.Equal(s_rows.Select(row => $"| {row.Construct} | {row.Resumes} |"), documented);
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Concurrency.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return folder;
    }

    private static string Where() => Executor.Current is not null ? Back : Thread.CurrentThread.IsThreadPoolThread ? Pool : "elsewhere";

    /// <summary>Completes on a .NET pool thread, but not before the turn that calls this has ended: so the caller always waits.</summary>
    private static Task LaterAsync()
    {
        var later = new TaskCompletionSource();
        if (Executor.Current is { } executor)
        {
            executor.Post(_ => Task.Run(later.SetResult), null);
        }
        else
        {
            Task.Run(later.SetResult);
        }

        return later.Task;
    }

    /// <summary>A delay whose timer fires on a .NET pool thread, as that of the system's clock does.</summary>
    private static Task DelayAsync(CancellationToken token)
    {
        var clock = new TestSupport.ManualClock();
        var delay = Task.Delay(TimeSpan.FromSeconds(1), clock, token);
        _ = LaterAsync().ContinueWith(_ => clock.Advance(TimeSpan.FromSeconds(1)), TaskScheduler.Default);
        return delay;
    }

    private static Channel<int> Items()
    {
        var channel = Channel.CreateBounded<int>(1);
        _ = LaterAsync().ContinueWith(
            _ =>
            {
                channel.Writer.TryWrite(1);
                channel.Writer.Complete();
            },
            TaskScheduler.Default);
        return channel;
    }

    private static void ReleaseLater(SemaphoreSlim semaphore) => _ = LaterAsync().ContinueWith(_ => semaphore.Release(), TaskScheduler.Default);

    private static async IAsyncEnumerable<string> IterateAsync()
    {
        await LaterAsync();
        yield return Where();
    }

    private static async Task<string> TimerAsync(TimeProvider clock)
    {
        var seen = new TaskCompletionSource<string>();
        await using var timer = clock.CreateTimer(_ => seen.SetResult(Where()), null, TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        return await seen.Task;
    }

    private static async Task<string> RegisteredAsync(bool useContext)
    {
        using var source = new CancellationTokenSource();
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = source.Token.Register(() => seen.SetResult(Where()), useContext);
        _ = LaterAsync().ContinueWith(_ => source.Cancel(), TaskScheduler.Default);
        return await seen.Task;
    }

    private static async void Void(TaskCompletionSource<string> seen)
    {
        await LaterAsync();
        seen.SetResult(Where());
    }

    /// <summary>What a resilience library does: it calls back after an await of its own.</summary>
    private static async Task RetryAsync(Func<Task> callback)
    {
        await callback().ConfigureAwait(false);
        await LaterAsync().ConfigureAwait(false);
        await callback().ConfigureAwait(false);
    }

    private sealed class Handler : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await LaterAsync().ConfigureAwait(false);
            return new HttpResponseMessage();
        }
    }
}
