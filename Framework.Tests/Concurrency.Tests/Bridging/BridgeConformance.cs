using Concurrency.Bridging;
using Concurrency.Execution;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Bridging;

/// <summary>What a bridge promises wherever it is started.</summary>
public abstract class BridgeConformance
{
    private static readonly AsyncLocal<string?> s_local = new();

    /// <summary>Of the code of all bridges and of the executor's own one runs at a time.</summary>
    protected virtual bool IsExclusive => true;

    protected abstract Executor? Create();

    [Fact]
    public Task AW1_RunAsync_ReturnsWhatTheCodeReturns_AfterItsAwaits() => With(async executor =>
    {
        var gate = Signal();
        var result = SyncBridge.RunAsync(() =>
        {
            SyncBridge.Await(gate.Task);
            return SyncBridge.Await(AnswerAsync(20)) + SyncBridge.Await(new ValueTask<int>(22));
        });
        gate.SetResult();

        Assert.Equal(42, await result);
        Assert.Same(executor, Executor.Current);
    });

    [Fact]
    public Task AW1_BridgedCode_HasTheExecutorsTurn() => With(async executor =>
    {
        var context = SynchronizationContext.Current;
        var outside = Environment.CurrentManagedThreadId;
        await SyncBridge.RunAsync(() =>
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Same(executor, Executor.Current);
                Assert.Same(context, SynchronizationContext.Current);
                Assert.NotEqual(outside, Environment.CurrentManagedThreadId);
                Assert.True(SyncBridge.IsActive);
                SyncBridge.Await(YieldAsync);
            }
        });

        Assert.False(SyncBridge.IsActive);
    });

    [Fact]
    public Task AW1_AFailureOfTheCode_ReachesTheAwaiterWithItsStack() => With(async _ =>
    {
        var failure = await Assert.ThrowsAsync<IOException>(() => SyncBridge.RunAsync(() =>
        {
            SyncBridge.Await(YieldAsync);
            Fail();
        }));

        Assert.Contains(nameof(Fail), failure.StackTrace, StringComparison.Ordinal);
    });

    [Fact]
    public Task AW1_AFailureOfTheAwaitedWork_ReachesTheCodeWithItsStack() => With(_ => SyncBridge.RunAsync(() =>
    {
        var failure = Assert.Throws<IOException>(() => SyncBridge.Await(FailAsync));

        Assert.Contains(nameof(FailAsync), failure.StackTrace, StringComparison.Ordinal);
        Assert.Equal(1, SyncBridge.Await(AnswerAsync(1)));
    }));

    [Fact]
    public Task AW1_ContextVariables_FlowIntoTheCodeAndIntoWhatItAwaits() => With(async _ =>
    {
        s_local.Value = "caller";
        await SyncBridge.RunAsync(() =>
        {
            Assert.Equal("caller", s_local.Value);
            s_local.Value = "code";
            Assert.Equal("code", SyncBridge.Await(ReadLocalAsync));
            Assert.Equal("code", s_local.Value);
        });

        Assert.Equal("caller", s_local.Value);
    });

    [Fact]
    public Task AW1_ContextVariables_OfManyBridges_StayApart() => With(async _ =>
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 5).Select(async number =>
        {
            s_local.Value = $"{number}";
            return await SyncBridge.RunAsync(() =>
            {
                var inner = SyncBridge.Await(ReadLocalAsync);
                return inner == s_local.Value ? inner : "mixed";
            });
        }));

        Assert.Equal(["0", "1", "2", "3", "4"], results);
    });

    [Fact]
    public Task AW1_TurnsOfManyBridges_NeverOverlap() => With(async executor =>
    {
        var inside = 0;
        var overlaps = 0;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SyncBridge.RunAsync(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                if (Interlocked.Increment(ref inside) != 1)
                {
                    Interlocked.Increment(ref overlaps);
                }

                Thread.Yield();
                Interlocked.Decrement(ref inside);
                SyncBridge.Await(YieldAsync);
            }
        })));

        Assert.True(overlaps == 0 || !IsExclusive);
        Assert.Same(executor, Executor.Current);
    });

    [Fact]
    public Task AW1_ABridgeInsideABridge_RunsInItsTurn() => With(executor => SyncBridge.RunAsync(() =>
    {
        var inner = SyncBridge.Await(SyncBridge.RunAsync(() =>
        {
            Assert.Same(executor, Executor.Current);
            SyncBridge.Await(YieldAsync);
            return 7;
        }));

        Assert.Equal(7, inner);
        Assert.Same(executor, Executor.Current);
        SyncBridge.Await(YieldAsync);
    }));

    [Fact]
    public Task AW2_AwaitOutsideOfABridge_IsRefused() => With(async _ =>
    {
        var called = false;
        Assert.Throws<NoBridgeContextException>(() => SyncBridge.Await(Task.CompletedTask));
        Assert.Throws<NoBridgeContextException>(() => SyncBridge.Await(new ValueTask<int>(1)));
        Assert.Throws<NoBridgeContextException>(() => SyncBridge.Await(() =>
        {
            called = true;
            return Task.CompletedTask;
        }));
        await YieldAsync();

        Assert.False(called);
    });

    [Fact]
    public Task AW2_AwaitInAsynchronousCodeThatAnAwaitHasStarted_IsRefused() => With(_ => SyncBridge.RunAsync(() =>
    {
        var misuse = Assert.Throws<NoBridgeContextException>(() => SyncBridge.Await(() =>
        {
            SyncBridge.Await(Task.CompletedTask);
            return Task.CompletedTask;
        }));
        Assert.Contains("await keyword", misuse.Message, StringComparison.Ordinal);

        Assert.Throws<NoBridgeContextException>(() => SyncBridge.Await(async () =>
        {
            await YieldAsync();
            SyncBridge.Await(Task.CompletedTask);
        }));
    }));

    [Fact]
    public Task AW3_RequireAwait_FailsWhenNothingWasAwaited() => With(async _ =>
    {
        var refused = await Assert.ThrowsAsync<NoAwaitOccurredException>(() => SyncBridge.RunAsync(() => 1, requireAwait: true));

        Assert.Contains(nameof(AW3_RequireAwait_FailsWhenNothingWasAwaited), refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await SyncBridge.RunAsync(() => 1));
        Assert.Equal(2, await SyncBridge.RunAsync(() => SyncBridge.Await(new ValueTask<int>(2)), requireAwait: true));
        await SyncBridge.RunAsync(() => SyncBridge.Await(Task.CompletedTask), requireAwait: true);
    });

    [Fact]
    public Task AW4_Cancellation_IsThrownOutOfTheAwait_AndTheCodeMayCleanUpAndGoOn() => With(async _ =>
    {
        using var cancel = new CancellationTokenSource();
        var parked = Signal();
        var steps = new List<string>();
        var bridge = SyncBridge.RunAsync(
            () =>
            {
                try
                {
                    parked.SetResult();
                    SyncBridge.Await(new TaskCompletionSource().Task);
                }
                catch (OperationCanceledException canceled)
                {
                    Assert.Equal(cancel.Token, canceled.CancellationToken);
                    steps.Add("cancelled");
                }
                finally
                {
                    SyncBridge.Await(YieldAsync);
                    steps.Add("cleaned up");
                }

                return SyncBridge.Await(AnswerAsync(5));
            },
            cancel.Token);
        await parked.Task;
        await cancel.CancelAsync();

        Assert.Equal(5, await bridge);
        Assert.Equal(["cancelled", "cleaned up"], steps);
    });

    [Fact]
    public Task AW4_Cancellation_BeforeAnAwait_IsThrownByTheNextOneThatWaits() => With(async _ =>
    {
        using var cancel = new CancellationTokenSource();
        var bridge = SyncBridge.RunAsync(
            () =>
            {
                cancel.Cancel();
                Assert.Equal(3, SyncBridge.Await(new ValueTask<int>(3)));
                SyncBridge.Await(Task.CompletedTask);
                SyncBridge.Await(new TaskCompletionSource().Task);
            },
            cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bridge);
        Assert.True(bridge.IsCanceled);
    });

    [Fact]
    public Task AW4_Cancellation_IsPassedOnToWorkThatTakesAToken() => With(async _ =>
    {
        using var cancel = new CancellationTokenSource();
        var parked = Signal();
        var bridge = SyncBridge.RunAsync(
            () => SyncBridge.Await(async token =>
            {
                var told = Signal();
                using var registration = token.Register(() => told.TrySetResult());
                parked.SetResult();
                await told.Task;
                return "ended by itself";
            }),
            cancel.Token);
        await parked.Task;
        await cancel.CancelAsync();

        Assert.Equal("ended by itself", await bridge);
    });

    [Fact]
    public Task AW4_AnOldToken_DoesNotRunTheCode() => With(async _ =>
    {
        var ran = false;
        var bridge = SyncBridge.RunAsync(() => ran = true, new CancellationToken(canceled: true));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bridge);
        Assert.False(ran);
    });

    [Fact]
    public Task EV9b_CancellationOfWhatIsAwaited_ReachesTheCode() => With(async _ =>
    {
        var awaited = new TaskCompletionSource();
        var bridge = SyncBridge.RunAsync(() => SyncBridge.Await(awaited.Task));
        awaited.SetCanceled(CancellationToken.None);

        await Assert.ThrowsAsync<TaskCanceledException>(() => bridge);
        Assert.True(bridge.IsCanceled);
    });

    [Fact]
    public Task EV9b_ABridge_IsATaskLikeAnyOther() => With(async _ =>
    {
        var first = SyncBridge.RunAsync(() => SyncBridge.Await(AnswerAsync(1)));
        var second = SyncBridge.RunAsync(() => SyncBridge.Await(first) + 1);

        var both = await Task.WhenAll(first, second);
        Assert.Equal([1, 2], both);
    });

    [Fact]
    public async Task EV9b_DisposingTheExecutor_CancelsTheBridge()
    {
        if (Create() is not { } executor)
        {
            return;
        }

        var parked = Signal();
        var bridge = executor.RunAsync(_ => SyncBridge.RunAsync(() =>
        {
            try
            {
                parked.SetResult();
                SyncBridge.Await(new TaskCompletionSource().Task);
            }
            finally
            {
                SyncBridge.Await(YieldAsync);
            }
        }));
        await parked.Task.Within("the bridge parks");
        await executor.DisposeAsync().Within("dispose");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bridge.Within("the bridge ends"));
    }

    [Fact]
    public Task RunAsync_OfAnAsynchronousMethod_IsRefused() => With(async executor =>
    {
        Assert.Throws<ArgumentException>(() => { _ = SyncBridge.RunAsync(() => AnswerAsync(1)); });
        Assert.Throws<ArgumentException>(() => { _ = SyncBridge.RunAsync(() => default(ValueTask)); });
        Assert.Throws<ArgumentNullException>(() => { _ = SyncBridge.RunAsync(null!); });
        await Task.CompletedTask;
    });

    [Fact]
    public async Task RaceOfCompletionAndCancellation_ResumesTheCodeOnce()
    {
        await With(async _ =>
        {
            for (var i = 0; i < 200; i++)
            {
                using var cancel = new CancellationTokenSource();
                var awaited = new TaskCompletionSource();
                var bridge = SyncBridge.RunAsync(
                    () =>
                    {
                        try
                        {
                            SyncBridge.Await(awaited.Task);
                        }
                        catch (OperationCanceledException)
                        {
                            SyncBridge.Await(YieldAsync);
                        }

                        return SyncBridge.Await(AnswerAsync(1));
                    },
                    cancel.Token);
                var completer = Task.Run(awaited.SetResult);
                var canceller = Task.Run(cancel.Cancel);
                try
                {
                    Assert.Equal(1, await bridge);
                }
                catch (OperationCanceledException)
                {
                    // The completion was first, so the next await was told.
                }

                await Task.WhenAll(completer, canceller);
            }
        });
    }

    protected static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task With(Func<Executor?, Task> body)
    {
        var executor = Create();
        if (executor is null)
        {
            await Task.Run(() => body(null)).Within("the body");
            return;
        }

        try
        {
            await executor.RunAsync(_ => body(executor)).Within("the body");
        }
        finally
        {
            await executor.DisposeAsync().Within("dispose");
        }
    }

    private static async Task YieldAsync() => await Executor.Yield();

    private static async Task<string?> ReadLocalAsync()
    {
        await Executor.Yield();
        return s_local.Value;
    }

    private static async Task<int> AnswerAsync(int answer)
    {
        await Executor.Yield();
        return answer;
    }

    private static async Task FailAsync()
    {
        await Executor.Yield();
        Fail();
    }

    private static void Fail() => throw new IOException("The disk is gone.");
}
