using Concurrency.Executors;
using Concurrency.Interop;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

public sealed class DedicatedThreadTests(MachineLock machine) : IClassFixture<MachineLock>
{
    [Fact]
    public async Task Constructor_AffinityNiceAndStack_AreThoseOfTheThread()
    {
        Assert.NotNull(machine);
        var cpu = ThreadControl.AllowedCpus()[^1];
        await using var executor = new DedicatedThreadExecutor(new DedicatedThreadExecutorOptions
        {
            Name = "mine",
            Affinity = [cpu],
            Nice = 7,
            StackSize = 16 * 1024 * 1024,
        });

        var (nice, cpus, name, depth) = await executor.InvokeAsync(() =>
            (ThreadControl.GetNice(), ThreadControl.AllowedCpus(), Thread.CurrentThread.Name, Recurse(60_000))).Within("invoke");

        Assert.Equal(7, nice);
        Assert.Equal([cpu], cpus);
        Assert.Equal("mine", name);
        Assert.Equal(60_000, depth);

        static int Recurse(int left) => left == 0 ? 0 : 1 + Recurse(left - 1);
    }

    [Fact]
    public void Constructor_UnknownCpu_NamesTheOnesThatExist()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new DedicatedThreadExecutor(
            new DedicatedThreadExecutorOptions { Name = "mine", Affinity = [1000] }));

        Assert.Contains("1000", error.Message, StringComparison.Ordinal);
        Assert.Contains("may use: 0", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, 0)]
    [InlineData(0, 100)]
    public void Constructor_OutOfRange_SaysWhatIsAllowed(int nice, int stack) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new DedicatedThreadExecutor(
            new DedicatedThreadExecutorOptions { Nice = nice, StackSize = stack }));

    [Fact]
    public async Task Nice_OfAPoolThreadThatALoweredThreadMakesNecessary_IsZero()
    {
        ThreadPool.GetMinThreads(out var workers, out var io);
        using var release = new ManualResetEventSlim();
        var lowered = new DedicatedThreadExecutor(new DedicatedThreadExecutorOptions { Name = "low", Nice = 10, Affinity = [ThreadControl.AllowedCpus()[0]] });
        try
        {
            // Every worker that exists is busy, and the pool may make more: whoever queues next makes one.
            ThreadPool.SetMinThreads(64, io);
            await BlockWorkersAsync(release);
            var pool = new PoolExecutor("own", 1);

            var completion = lowered.InvokeAsync(() => { }).ContinueWith(
                _ => Scheduling(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            var ownThread = new TaskCompletionSource<(int, int)>();
            await lowered.InvokeAsync(() => pool.Post(_ => ownThread.SetResult(Scheduling()), null)).Within("post to own pool");
            var late = lowered.DrainAsync(Timeout.InfiniteTimeSpan).ContinueWith(
                _ => Scheduling(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

            var ordinary = Scheduling();
            Assert.Equal(0, ordinary.Nice);
            Assert.Equal(ordinary, await ownThread.Task.Within("own pool"));
            Assert.Equal(ordinary, await completion.Within("completion"));
            Assert.Equal(ordinary, await late.Within("drain"));
            await lowered.DisposeAsync().Within("dispose");
            await pool.DisposeAsync().Within("dispose pool");
        }
        finally
        {
            release.Set();
            ThreadPool.SetMinThreads(workers, io);
            await lowered.DisposeAsync();
        }

        static (int Nice, int Cpus) Scheduling() => (ThreadControl.GetNice(), ThreadControl.AllowedCpus().Count);
    }

    private static async Task BlockWorkersAsync(ManualResetEventSlim release)
    {
        const int Blocked = 40;
        using var entered = new CountdownEvent(Blocked);
        for (var index = 0; index < Blocked; index++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    entered.Signal();
                    release.Wait();
                },
                null);
        }

        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            entered.Wait();
            waiter.SetResult();
        })
        { IsBackground = true }.Start();
        await waiter.Task.Within("workers blocked");
    }
}
