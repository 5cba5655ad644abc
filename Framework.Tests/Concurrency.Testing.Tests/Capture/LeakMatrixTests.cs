using System.IO.Pipelines;
using System.Threading.Channels;

namespace Concurrency.Testing.Tests.Capture;

/// <summary>What leaves a plain synchronization context stays on the thread of a captured simulation.</summary>
[Collection(CapturedGroup.Name)]
public sealed class LeakMatrixTests
{
    [Fact]
    public void ReadAllAsync_WithoutContext_StaysOnTheThread() => Captured.Passes(async sim =>
    {
        var here = new SameThread();
        var channel = Channel.CreateBounded<int>(1);
        var writing = Task.Run(async () =>
        {
            for (var item = 0; item < 5; item++)
            {
                here.Check();
                await channel.Writer.WriteAsync(item).ConfigureAwait(false);
            }

            channel.Writer.Complete();
        });
        var sum = 0;
        await foreach (var item in channel.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            here.Check();
            sum += item;
        }

        await writing.ConfigureAwait(false);
        here.Check();
        Assert.Equal(10, sum);
    });

    [Fact]
    public void SemaphoreSlim_WaitWithTimeout_StaysOnTheThread() => Captured.Passes(async sim =>
    {
        var here = new SameThread();
        using var semaphore = new SemaphoreSlim(1);
        var inside = 0;
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            Assert.True(await semaphore.WaitAsync(TimeSpan.FromHours(1)).ConfigureAwait(false));
            Assert.Equal(1, ++inside);
            await Task.Delay(TimeSpan.FromSeconds(1), sim.Clock).ConfigureAwait(false);
            here.Check();
            inside--;
            semaphore.Release();
        })));
    });

    [Fact]
    public void CancelAsync_WithCallbacks_StaysOnTheThread() => Captured.Passes(async sim =>
    {
        var here = new SameThread();
        using var source = new CancellationTokenSource();
        var called = 0;
        using var registration = source.Token.Register(() =>
        {
            here.Check();
            called++;
        });
        await source.CancelAsync().ConfigureAwait(false);
        here.Check();
        Assert.Equal(1, called);
    });

    [Fact]
    public void WhenEach_OfDelays_ComesInTheOrderOfTheClock() => Captured.Passes(async sim =>
    {
        var here = new SameThread();
        var delays = Enumerable.Range(1, 3).Select(async second =>
        {
            await Task.Delay(TimeSpan.FromSeconds(second), sim.Clock).ConfigureAwait(false);
            return second;
        }).ToArray();
        var order = new List<int>();
        await foreach (var delay in Task.WhenEach(delays))
        {
            here.Check();
            order.Add(await delay);
        }

        Assert.Equal([1, 2, 3], order);
    });

    [Fact]
    public void ContinueWithAndStartNew_StayOnTheThread() => Captured.Passes(async sim =>
    {
        var here = new SameThread();
        var first = Task.Factory.StartNew(here.Check, CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Default);
        await first.ContinueWith(_ => here.Check(), TaskScheduler.Default);
        Assert.Equal(2, here.Checks);
    });

    [Fact]
    public void TaskRun_OfSeveral_RunsInManyOrders()
    {
        var orders = new HashSet<string>();
        Captured.Passes(async sim =>
        {
            var here = new SameThread();
            var order = "";
            await Task.WhenAll(Enumerable.Range(0, 3).Select(number => Task.Run(() =>
            {
                here.Check();
                order += number;
            })));
            orders.Add(order);
        });
        Assert.Equal(6, orders.Count);
    }

    [Fact]
    public void ParallelForEachAsync_StaysOnTheThread() => Captured.Passes(async sim =>
    {
        var here = new SameThread();
        var sum = 0;
        await Parallel.ForEachAsync(Enumerable.Range(1, 10), new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (item, token) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(item), sim.Clock, token).ConfigureAwait(false);
            here.Check();
            sum += item;
        });
        Assert.Equal(55, sum);
    });

    [Fact]
    public void Progress_ReportedFromThePool_StaysOnTheThread() => Captured.Passes(async sim =>
    {
        var here = new SameThread();
        var last = new TaskCompletionSource();
        IProgress<int> progress = new Progress<int>(value =>
        {
            here.Check();
            last.TrySetResult();
        });
        await Task.Run(() => progress.Report(1)).ConfigureAwait(false);
        await last.Task.ConfigureAwait(false);
        here.Check();
    });

    [Fact]
    public void Pipe_WithItsDefaultScheduler_StaysOnTheThread() => Captured.Passes(async sim =>
    {
        var here = new SameThread();
        var pipe = new Pipe();
        var writing = Task.Run(async () =>
        {
            for (byte value = 0; value < 4; value++)
            {
                here.Check();
                await pipe.Writer.WriteAsync(new[] { value }).ConfigureAwait(false);
                await Task.Yield();
            }

            await pipe.Writer.CompleteAsync().ConfigureAwait(false);
        });
        var length = 0L;
        while (true)
        {
            var result = await pipe.Reader.ReadAsync().ConfigureAwait(false);
            here.Check();
            length += result.Buffer.Length;
            pipe.Reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        await writing.ConfigureAwait(false);
        Assert.Equal(4, length);
    });
}
