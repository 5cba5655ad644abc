using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Coordination;

public sealed class AsyncContextTests
{
    [Fact]
    public void AsyncContext_DrainedByItsOwnWorkWithoutALimit_IsRefused()
    {
        var error = AsyncContext.Run(async () =>
        {
            await Task.Yield();
            return Assert.Throws<InvalidOperationException>(static () => { _ = Executor.Current!.DrainAsync(Timeout.InfiniteTimeSpan); });
        });

        Assert.Contains("Drain it from outside", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EV103_Run_StaysOnTheCallingThread_AndWaitsForAsyncVoid()
    {
        var thread = Environment.CurrentManagedThreadId;
        var seen = new List<int>();

        var result = AsyncContext.Run(async () =>
        {
            Forget();
            await Task.Yield();
            seen.Add(Environment.CurrentManagedThreadId);
            return 3;
        });

        Assert.Equal(3, result);
        Assert.Equal([thread, thread], seen);
        Assert.Null(AsyncContext.Current);

        async void Forget()
        {
            await Task.Yield();
            await Task.Yield();
            seen.Add(Environment.CurrentManagedThreadId);
        }
    }

    [Fact]
    public void Run_AsyncVoidFails_ThrowsItsFailure() => Assert.Throws<FormatException>(() => AsyncContext.Run(() =>
    {
        Fail();

        static async void Fail()
        {
            await Task.Yield();
            throw new FormatException();
        }
    }));

    [Fact]
    public void Run_OurAwaits_ComeBackEvenThroughConfigureAwaitFalse() => AsyncContext.Run(async () =>
    {
        var context = AsyncContext.Current;
        var mutex = new AsyncLock();
        var held = mutex.Lock();
        var wait = mutex.LockAsync();
        ThreadPool.QueueUserWorkItem(_ => held.Dispose());

        using (await wait.ConfigureAwait(false))
        {
            Assert.Same(context, AsyncContext.Current);
            Assert.Equal(ExecutorKind.Cooperative, Executor.Current!.Kind);
        }
    });

    [Fact]
    public async Task Run_WorkOfItsExecutor_KeepsItAlive()
    {
        var executor = new TaskCompletionSource<Executor>();
        var ran = await Task.Factory.StartNew(
            () => AsyncContext.Run(async () => await Executor.Current!.RunAsync(async _ =>
            {
                executor.SetResult(Executor.Current!);
                await Task.Yield();
                return Executor.Current!.IsCurrent;
            })),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Within("program");

        Assert.True(ran);
        var ended = await executor.Task;
        Assert.False(ended.TryPost(() => { }));
        var error = Assert.Throws<ExecutorRejectedException>(() => ended.Post(() => { }));
        Assert.Contains("has ended", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_Twice_IsRefused()
    {
        using var context = new AsyncContext();
        context.Execute();

        Assert.Contains("runs once", Assert.Throws<InvalidOperationException>(context.Execute).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_LeavesNoAsyncLocalBehind()
    {
        var local = new AsyncLocal<int> { Value = 1 };
        AsyncContext.Run(() =>
        {
            Assert.Equal(1, local.Value);
            local.Value = 2;
        });

        Assert.Equal(1, local.Value);
    }

    [Fact]
    public async Task AS4_Thread_RunsWhatItIsGiven_UntilItIsJoined()
    {
        using var thread = new AsyncContextThread();
        var first = await thread.Factory.Run(() => Environment.CurrentManagedThreadId).Within("first");
        var release = new TaskCompletionSource();
        var last = thread.Factory.Run(async () =>
        {
            Assert.Same(thread.Context, AsyncContext.Current);
            var context = SynchronizationContext.Current!;
            context.OperationStarted();
            await release.Task;
            context.OperationCompleted();
            return Environment.CurrentManagedThreadId;
        });

        var joined = thread.JoinAsync();
        Assert.False(joined.IsCompleted);
        release.SetResult();

        Assert.Equal(first, await last.Within("last"));
        await joined.Within("join");
    }

    [Fact]
    public async Task Thread_CallbackFails_JoinSaysSo()
    {
        using var thread = new AsyncContextThread();
        thread.Context.SynchronizationContext.Post(_ => throw new FormatException(), null);

        await Assert.ThrowsAsync<FormatException>(() => thread.JoinAsync()).Within("join");
    }
}
