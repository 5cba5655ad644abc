namespace Documentation.Tests;

/// <summary>The code blocks about bridges.</summary>
public sealed partial class BridgeSnippets
{
    [Fact]
    public async Task BridgeSmallest_AwaitsInSynchronousCode()
    {
        using var console = new CapturedConsole();

        #region bridge-smallest
        await using var loop = new CooperativeExecutor("loop");
        var answers = new TaskCompletionSource<string>();

        var old = loop.RunAsync(_ => SyncBridge.RunAsync(() =>
        {
            // Synchronous code, and whatever it calls. The loop does other work while it waits.
            var answer = SyncBridge.Await(answers.Task);
            Console.WriteLine($"{answer}, on the loop: {loop.IsCurrent}");
        }));
        await loop.InvokeAsync(() => answers.SetResult("the loop was free"));
        await old;
        #endregion

        Assert.Equal(["the loop was free, on the loop: True"], console.Lines);
    }

    [Fact]
    public async Task BridgeEcho_RunsTheSameLogicTwice()
    {
        using var console = new CapturedConsole();
        using var end = new CancellationTokenSource();
        var server = await StartEchoServerAsync(end.Token);

        #region bridge-echo-threads
        using (var connection = new LineConnection(server, new ThreadBlockingContext()))
        {
            Console.WriteLine(new EchoClient(connection).Greet("thread"));
        }
        #endregion

        #region bridge-echo-bridge
        await using var loop = new CooperativeExecutor("loop");

        var greetings = await loop.RunAsync(_ => Task.WhenAll(Enumerable.Range(1, 3).Select(number => SyncBridge.RunAsync(() =>
        {
            using var connection = new LineConnection(server, BridgeBlockingContext.Instance);
            return new EchoClient(connection).Greet($"bridge {number}");
        }))));

        foreach (var greeting in greetings)
        {
            Console.WriteLine(greeting);
        }
        #endregion

        await end.CancelAsync();
        Assert.Equal(["HELLO, THREAD", "HELLO, BRIDGE 1", "HELLO, BRIDGE 2", "HELLO, BRIDGE 3"], console.Lines);
    }

    [Fact]
    public async Task BridgeCancel_CleansUpWithFurtherAwaits()
    {
        using var console = new CapturedConsole();

        #region bridge-cancel
        await using var loop = new CooperativeExecutor("loop");
        using var cancel = new CancellationTokenSource();

        var bridge = loop.RunAsync(_ => SyncBridge.RunAsync(
            () =>
            {
                try
                {
                    cancel.CancelAfter(TimeSpan.FromMilliseconds(1));
                    SyncBridge.Await(new TaskCompletionSource().Task);
                }
                catch (OperationCanceledException)
                {
                    SyncBridge.Await(async () => await Executor.Yield());
                    Console.WriteLine("cleaned up");
                }
            },
            cancel.Token));
        await bridge;
        #endregion

        Assert.Equal(["cleaned up"], console.Lines);
    }

    [Fact]
    public async Task BridgeBlockingWork_MovesACall()
    {
        using var console = new CapturedConsole();

        #region bridge-offload
        await using var loop = new CooperativeExecutor("loop");

        await loop.RunAsync(async cancellationToken =>
        {
            var name = await BlockingWork.RunAsync(() => Thread.CurrentThread.Name, cancellationToken);
            Console.WriteLine($"ran on '{name}', back on the loop: {loop.IsCurrent}");
        });
        #endregion

        Assert.Equal(["ran on 'blocking work', back on the loop: True"], console.Lines);
    }

    #region bridge-proxy-types
    public sealed class Ledger
    {
        private readonly List<string> _lines = [];

        public int Append(string line)
        {
            _lines.Add(line);
            return _lines.Count;
        }
    }

    public interface ILedgerAsync
    {
        Task<int> AppendAsync(string line, CancellationToken cancellationToken = default);
    }
    #endregion

    [Fact]
    public async Task BridgeProxy_MakesAnAsynchronousFace()
    {
        using var console = new CapturedConsole();

        #region bridge-proxy
        var ledger = BlockingProxy.Create<ILedgerAsync>(new Ledger());
        await ledger.AppendAsync("first");
        Console.WriteLine(await ledger.AppendAsync("second"));
        #endregion

        Assert.Equal(["2"], console.Lines);
    }

    [Fact]
    public void BridgeCoroutine_SwitchesInAndOut()
    {
        using var console = new CapturedConsole();

        #region bridge-coroutine
        using var average = new Coroutine<double, double>((self, value) =>
        {
            var sum = 0.0;
            for (var count = 1; ; count++)
            {
                sum += value;
                value = self.Yield(sum / count);
            }
        });

        average.Switch(10);
        Console.WriteLine(average.Switch(20));
        #endregion

        Assert.Equal(["15"], console.Lines);
    }

    [Fact]
    public async Task BridgeRequireAwait_FindsCodeThatBlocks()
    {
        using var console = new CapturedConsole();

        #region bridge-test
        try
        {
            await SyncBridge.RunAsync(() => 42, requireAwait: true);
        }
        catch (NoAwaitOccurredException missing)
        {
            Console.WriteLine(missing.GetType().Name);
        }
        #endregion

        Assert.Equal(["NoAwaitOccurredException"], console.Lines);
    }
}
