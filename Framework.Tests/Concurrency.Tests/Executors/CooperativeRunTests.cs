using Concurrency.Execution;
using Concurrency.Executors;

namespace Concurrency.Tests.Executors;

public sealed class CooperativeRunTests
{
    [Fact]
    public void AS1_Run_ReturnsTheResultOnTheCallersThread()
    {
        var caller = Environment.CurrentManagedThreadId;
        var before = SynchronizationContext.Current;

        var (thread, kind) = CooperativeExecutor.Run(async token =>
        {
            await Task.Yield();
            await Task.Delay(TimeSpan.FromMilliseconds(1), Executor.Current!.TimeProvider, token);
            return (Environment.CurrentManagedThreadId, Executor.Current!.Kind);
        });

        Assert.Equal(caller, thread);
        Assert.Equal(ExecutorKind.Cooperative, kind);
        Assert.Null(Executor.Current);
        Assert.Same(before, SynchronizationContext.Current);
    }

    [Fact]
    public void AS1_Run_MainThrows_ThrowsTheSame()
    {
        var error = Assert.Throws<InvalidDataException>(() => CooperativeExecutor.Run(async _ =>
        {
            await Task.Yield();
            throw new InvalidDataException("main");
        }));

        Assert.Equal("main", error.Message);
        Assert.Throws<InvalidDataException>(() => CooperativeExecutor.Run(_ => throw new InvalidDataException()));
    }

    [Fact]
    public void AS1_EV103_Run_Nested_IsRefused() => CooperativeExecutor.Run(async _ =>
    {
        await Task.Yield();
        var error = Assert.Throws<InvalidOperationException>(() => CooperativeExecutor.Run(_ => Task.CompletedTask));
        Assert.Contains("'main'", error.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void AS1_Run_MainEnds_TheRestIsCancelledAndCleansUpBeforeRunReturns()
    {
        Task? left = null;
        var cleaned = false;
        CooperativeExecutor.Run(async token =>
        {
            left = Executor.Current!.RunAsync(async stopping =>
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, stopping);
                }
                finally
                {
                    await Task.Yield();
                    cleaned = true;
                }
            }, token);
            await Task.Yield();
        });

        Assert.True(cleaned);
        Assert.True(left!.IsCanceled);
    }

    [Fact]
    public void Run_Cancelled_PassesTheTokenOn()
    {
        using var source = new CancellationTokenSource();

        Assert.ThrowsAny<OperationCanceledException>(() => CooperativeExecutor.Run(
            async token =>
            {
                source.Cancel();
                await Task.Delay(Timeout.Infinite, token);
            },
            cancellationToken: source.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => CooperativeExecutor.Run(
            _ => Task.CompletedTask, cancellationToken: source.Token));
    }

    [Fact]
    public void AS2_Run_KeepsTheCallersContext()
    {
        var local = new AsyncLocal<string?> { Value = "caller" };
        using var flow = ExecutionContext.SuppressFlow();
        Assert.Null(CooperativeExecutor.Run(_ => Task.FromResult(local.Value)));
        flow.Undo();

        var (main, posted) = CooperativeExecutor.Run(async _ =>
        {
            var posted = new TaskCompletionSource<string?>();
            Executor.Current!.UnsafePost(_ => posted.SetResult(local.Value), null);
            return (local.Value, await posted.Task);
        });

        Assert.Equal("caller", main);
        Assert.Null(posted);
        Assert.Equal("caller", local.Value);
    }

    [Fact]
    public void AS3_Post_IsFirstInFirstOut() => CooperativeExecutor.Run(async _ =>
    {
        var order = new List<int>();
        for (var index = 0; index < 200; index++)
        {
            var value = index;
            Executor.Current!.Post(_ => order.Add(value), null);
        }

        await Executor.Yield();

        Assert.Equal(Enumerable.Range(0, 200), order);
    });

    [Fact]
    public void Run_ManyTimes_LeavesNothingBehind()
    {
        var files = OpenDescriptors();
        for (var index = 0; index < 50; index++)
        {
            CooperativeExecutor.Run(async _ => await Task.Yield());
        }

        Assert.True(OpenDescriptors() < files + 50, "descriptors leak");

        static int OpenDescriptors() => Directory.GetFiles("/proc/self/fd").Length;
    }
}
