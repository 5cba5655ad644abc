using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Interop;
using Concurrency.TestSupport;
using Microsoft.Win32.SafeHandles;

namespace Concurrency.Tests.Executors;

/// <summary>What a stream of one kind of work leaves to the others, counted in turns.</summary>
public sealed class FairnessTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(16, false)]
    [InlineData(64, true)]
    public async Task AS3_LocalStream_LeavesTimersTheirShareWithinAQuantum(int quantum, bool portable)
    {
        await using var loop = new CooperativeExecutor(new CooperativeExecutorOptions { Quantum = quantum, Portable = portable });
        var stream = new Stream(loop);
        var fired = new TaskCompletionSource<int>();
        using var timer = await loop.InvokeAsync(() =>
        {
            stream.Start();
            return loop.TimeProvider.CreateTimer(_ => fired.TrySetResult(stream.Turns), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }).Within("start");

        // One quantum until the loop looks, and what was ready by then.
        Assert.InRange(await fired.Task.Within("timer"), 0, quantum + 2);
        stream.Stop();
    }

    [Fact]
    public async Task AS9_LocalStream_LeavesDescriptorsTheirShareWithinAQuantum()
    {
        await using var loop = new CooperativeExecutor(new CooperativeExecutorOptions { Quantum = 16 });
        using var handle = new SafeFileHandle(LibC.CreateEvent(), ownsHandle: true);
        using var readiness = loop.WatchDescriptor(handle);
        var stream = new Stream(loop);

        var turns = await loop.RunAsync(async token =>
        {
            var ready = readiness.WaitReadableAsync(token);
            stream.Start();
            Assert.Equal(8, LibC.WriteEvent((int)handle.DangerousGetHandle()));
            await ready;
            return stream.Turns;
        }).Within("descriptor");

        Assert.InRange(turns, 0, 16 + 2);
        stream.Stop();
    }

    [Fact]
    public async Task AS3_LocalStream_LeavesPostsOfOtherThreadsTheirShare()
    {
        await using var loop = new CooperativeExecutor(new CooperativeExecutorOptions { Quantum = 16 });
        var stream = new Stream(loop);
        await loop.InvokeAsync(stream.Start).Within("start");
        for (var round = 0; round < 100; round++)
        {
            var (before, after) = (stream.Turns, await loop.InvokeAsync(() => stream.Turns).Within("post"));
            Assert.True(after >= before);
        }

        stream.Stop();
    }

    [Fact]
    public async Task AS3_PostOfAnotherThread_RunsBeforeWhatTheLoopPostsToItselfLater()
    {
        await using var loop = new CooperativeExecutor("loop");
        var order = new List<string>();
        var (entered, posted) = (new TaskCompletionSource(), new ManualResetEventSlim());
        var turn = loop.InvokeAsync(() =>
        {
            entered.SetResult();
            while (!posted.IsSet)
            {
                Thread.SpinWait(20);
            }

            loop.Post(() => order.Add("local"));
        });
        await entered.Task.Within("turn");
        loop.Post(() => order.Add("remote"));
        posted.Set();
        await turn.Within("turn ends");
        await loop.InvokeAsync(() => { }).Within("flush");

        Assert.Equal(["remote", "local"], order);
    }

    [Fact]
    public async Task AS3_StreamsOfTimersAndPosts_LeaveLocalWorkItsShare()
    {
        await using var loop = new CooperativeExecutor(new CooperativeExecutorOptions { Quantum = 8 });
        var stop = false;
        ITimer timer = null!;
        await loop.InvokeAsync(() =>
        {
            // Due again at once, for ever.
            timer = loop.TimeProvider.CreateTimer(_ => timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }).Within("timer");
        var producer = Task.Factory.StartNew(
            () =>
            {
                while (!Volatile.Read(ref stop))
                {
                    // Bounded, as every producer has to be: what is queued is not the subject here.
                    loop.InvokeAsync(() => { }).Wait();
                }
            },
            TaskCreationOptions.LongRunning);

        var turns = await loop.RunAsync(async _ =>
        {
            var count = 0;
            for (; count < 1_000; count++)
            {
                await Executor.Yield();
            }

            return count;
        }).Within("local work");

        Assert.Equal(1_000, turns);
        Volatile.Write(ref stop, true);
        await producer.Within("producer");
        await timer.DisposeAsync();
    }

    [Fact]
    public async Task FU7_ManyMoreTasksThanAThreadCouldHold_AllRunOnOneThread()
    {
        await using var loop = new CooperativeExecutor("green");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var threads = new HashSet<int>();
        var tasks = Enumerable.Range(0, 5_000).Select(index => loop.RunAsync(async _ =>
        {
            await gate.Task;
            threads.Add(Environment.CurrentManagedThreadId);
            return index;
        })).ToArray();
        await loop.InvokeAsync(() => { }).Within("all have begun");
        Assert.Equal(5_000, loop.Statistics.InFlight);

        gate.SetResult();

        Assert.Equal(Enumerable.Range(0, 5_000), await Task.WhenAll(tasks).Within("all"));
        Assert.Single(threads);
    }

    [Fact]
    public async Task FU6_Inline_RunsInTheCall()
    {
        await using var executor = new InlineExecutor();
        var thread = Environment.CurrentManagedThreadId;

        var task = executor.InvokeAsync(() => Environment.CurrentManagedThreadId);

        Assert.True(task.IsCompletedSuccessfully);
        Assert.Equal(thread, await task);
    }

    [Fact]
    public async Task AS7_InvokeAsyncOnAPool_CopiesTheContext_AndCancellationDoesNotStopTheThread()
    {
        await using var pool = new PoolExecutor("offload", 1);
        var local = new AsyncLocal<string?> { Value = "caller" };
        using var source = new CancellationTokenSource();
        using var leave = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var work = pool.InvokeAsync(
            () =>
            {
                entered.SetResult();
                leave.Wait();
                return local.Value;
            },
            source.Token);
        await entered.Task.Within("start");

        await source.CancelAsync();

        Assert.False(work.IsCompleted);
        leave.Set();
        Assert.Equal("caller", await work.Within("work"));
    }

    /// <summary>A callback that posts itself again in each of its turns, and counts them.</summary>
    private sealed class Stream(Executor executor)
    {
        private bool _stopped;
        private int _turns;

        public int Turns => Volatile.Read(ref _turns);

        public void Start() => executor.TryPost(Again, null);

        public void Stop() => Volatile.Write(ref _stopped, true);

        private void Again(object? state)
        {
            _turns++;
            if (!Volatile.Read(ref _stopped))
            {
                executor.TryPost(Again, null);
            }
        }
    }
}
