using System.Threading.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

public abstract partial class ChannelConformance
{
    public static TheoryData<bool, bool?> WaysToAwait => new()
    {
        { false, null }, { false, false }, { false, true }, { true, null }, { true, false }, { true, true },
    };

    [Theory]
    [MemberData(nameof(WaysToAwait))]
    public void PendingWait_WithASecondContinuation_Throws(bool flow, bool? capture)
    {
        foreach (var wait in new[] { Create().Reader.WaitToReadAsync(), DropsWhenFull || WritersWaitInTasks ? default : CreateFull().Writer.WaitToWriteAsync() })
        {
            if (!wait.IsCompleted)
            {
                Await(wait, flow, capture, () => { });
                Assert.Throws<InvalidOperationException>(() => Await(wait, flow, capture, () => { }));
            }
        }
    }

    [Fact]
    public async Task AwaitedWait_AskedAgain_Throws()
    {
        var channel = Create();
        var read = channel.Reader.ReadAsync();
        Assert.True(channel.Writer.TryWrite(42));
        Assert.Equal(42, await read);

        Assert.Throws<InvalidOperationException>(() => read.GetAwaiter().IsCompleted);
        Assert.Throws<InvalidOperationException>(() => read.GetAwaiter().OnCompleted(() => { }));
        Assert.Throws<InvalidOperationException>(() => read.GetAwaiter().GetResult());
    }

    [Fact]
    public async Task AwaitedWrite_AskedAgain_Throws()
    {
        if (!WaitsWhenFull || WritersWaitInTasks)
        {
            return;
        }

        var channel = CreateFull();
        var write = channel.Writer.WriteAsync(42);
        _ = await channel.Reader.ReadAsync().Within("read");
        await write;

        Assert.Throws<InvalidOperationException>(() => write.GetAwaiter().IsCompleted);
        Assert.Throws<InvalidOperationException>(() => write.GetAwaiter().OnCompleted(() => { }));
        Assert.Throws<InvalidOperationException>(() => write.GetAwaiter().GetResult());
    }

    [Fact]
    public async Task AwaitedCancelledWait_AskedAgain_Throws()
    {
        using var source = new CancellationTokenSource();
        var read = Create().Reader.ReadAsync(source.Token);
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await read);

        Assert.Throws<InvalidOperationException>(() => read.GetAwaiter().GetResult());
    }

    [Fact]
    public void PendingWait_AskedForItsResult_Throws()
    {
        Assert.Throws<InvalidOperationException>(() => Create().Reader.ReadAsync().GetAwaiter().GetResult());
        Assert.Throws<InvalidOperationException>(() => Create().Reader.WaitToReadAsync().GetAwaiter().GetResult());
        if (WritersWaitInTasks)
        {
            return;
        }

        if (!DropsWhenFull)
        {
            Assert.Throws<InvalidOperationException>(() => CreateFull().Writer.WaitToWriteAsync().GetAwaiter().GetResult());
        }

        if (WaitsWhenFull)
        {
            Assert.Throws<InvalidOperationException>(() => CreateFull().Writer.WriteAsync(1).GetAwaiter().GetResult());
        }
    }

    [Theory]
    [CombinatorialBools]
    public async Task Continuation_RunsOnItsSynchronizationContextIfAsked(bool read, bool completeBefore, bool flow, bool capture)
    {
        if (!read && !(Buffers || WaitsWhenFull))
        {
            return;
        }

        await Task.Run(async () =>
        {
            var channel = Create<bool>();
            var pending = read ? channel.Reader.ReadAsync() : channel.Reader.WaitToReadAsync();
            var ran = new TaskCompletionSource<(bool OnContext, int Local)>();
            var local = new AsyncLocal<int>();
            if (completeBefore)
            {
                Write(channel);
            }

            SynchronizationContext.SetSynchronizationContext(new MarkedContext());
            local.Value = 42;
            Await(pending, flow, capture, () => ran.SetResult((SynchronizationContext.Current is MarkedContext, local.Value)));
            local.Value = 0;
            SynchronizationContext.SetSynchronizationContext(null);
            if (!completeBefore)
            {
                Write(channel);
            }

            var (onContext, value) = await ran.Task.Within("continuation");
            Assert.True(pending.IsCompletedSuccessfully);
            Assert.Equal(capture, onContext);
            if (!completeBefore || FlowsContextWhenLate)
            {
                Assert.Equal(completeBefore || flow ? 42 : 0, value);
            }
        }).Within("body");
    }

    [Theory]
    [CombinatorialBools]
    public async Task Continuation_RunsOnItsTaskSchedulerIfAsked(bool read, bool completeBefore, bool flow, bool capture)
    {
        if (!read && !(Buffers || WaitsWhenFull))
        {
            return;
        }

        await Task.Run(async () =>
        {
            var channel = Create<bool>();
            var pending = read ? channel.Reader.ReadAsync() : channel.Reader.WaitToReadAsync();
            var ran = new TaskCompletionSource<bool>();
            if (completeBefore)
            {
                Write(channel);
            }

            var scheduler = new MarkedScheduler();
            await Task.Factory.StartNew(
                () =>
                {
                    // A plain context counts as none.
                    SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
                    Await(pending, flow, capture, () => ran.SetResult(TaskScheduler.Current is MarkedScheduler));
                },
                CancellationToken.None,
                TaskCreationOptions.None,
                scheduler);
            if (!completeBefore)
            {
                Write(channel);
            }

            Assert.Equal(capture, await ran.Task.Within("continuation"));
        }).Within("body");
    }

    private static void Write(Channel<bool> channel) => _ = channel.Writer.WriteAsync(true);

    private static void Await(ValueTask<bool> pending, bool flow, bool? capture, Action continuation)
    {
        if (capture is null)
        {
            var awaiter = pending.GetAwaiter();
            if (flow)
            {
                awaiter.OnCompleted(continuation);
            }
            else
            {
                awaiter.UnsafeOnCompleted(continuation);
            }

            return;
        }

        var configured = pending.ConfigureAwait(capture.Value).GetAwaiter();
        if (flow)
        {
            configured.OnCompleted(continuation);
        }
        else
        {
            configured.UnsafeOnCompleted(continuation);
        }
    }

    private sealed class CombinatorialBoolsAttribute : Xunit.Sdk.DataAttribute
    {
        public override IEnumerable<object[]> GetData(System.Reflection.MethodInfo testMethod)
        {
            var count = testMethod.GetParameters().Length;
            for (var bits = 0; bits < 1 << count; bits++)
            {
                var row = bits;
                yield return [.. Enumerable.Range(0, count).Select(i => (object)((row & (1 << i)) != 0))];
            }
        }
    }

    private sealed class MarkedContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => ThreadPool.QueueUserWorkItem(_ =>
        {
            SetSynchronizationContext(this);
            try
            {
                d(state);
            }
            finally
            {
                SetSynchronizationContext(null);
            }
        });
    }

    private sealed class MarkedScheduler : TaskScheduler
    {
        protected override void QueueTask(Task task) => ThreadPool.QueueUserWorkItem(_ => TryExecuteTask(task));

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task>? GetScheduledTasks() => null;
    }
}
