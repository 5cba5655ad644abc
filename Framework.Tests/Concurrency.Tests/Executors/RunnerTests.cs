using System.Collections.Concurrent;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Concurrency.Tests.Executors;

/// <summary>Several programs on one loop of the calling thread.</summary>
public sealed class RunnerTests
{
    private static readonly AsyncLocal<string?> s_local = new();

    [Fact]
    public void AS2_Run_ManyTimes_OnOneLoopOfTheCallersThread()
    {
        using var runner = new Runner();
        var thread = Environment.CurrentManagedThreadId;
        var context = SynchronizationContext.Current;
        for (var round = 0; round < 20; round++)
        {
            var (number, executor, ran) = runner.Run(async token =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), Executor.Current!.TimeProvider, token);
                return (round, Executor.Current, Environment.CurrentManagedThreadId);
            });

            Assert.Equal((round, thread), (number, ran));
            Assert.Same(runner.Executor, executor);
        }

        Assert.Null(Executor.Current);
        Assert.Same(context, SynchronizationContext.Current);
        Assert.Equal(0, runner.Executor.Statistics.Threads);
    }

    [Fact]
    public void AS2_Run_ValuesOfOneRun_AreSeenByTheNextAndNotByTheCaller()
    {
        s_local.Value = "caller";
        using var runner = new Runner();

        runner.Run(async _ =>
        {
            Assert.Equal("caller", s_local.Value);
            s_local.Value = "first";
            await Task.Yield();
        });
        Assert.Equal("caller", s_local.Value);
        runner.Run(_ =>
        {
            Assert.Equal("first", s_local.Value);
            s_local.Value = "second";
            return Task.CompletedTask;
        });
        Assert.Equal("second", runner.Run(async _ =>
        {
            await Executor.Yield();
            return s_local.Value;
        }));
        Assert.Throws<InvalidDataException>(() => runner.Run(async _ =>
        {
            await Task.Yield();
            s_local.Value = "failed";
            throw new InvalidDataException();
        }));

        Assert.Equal("failed", runner.Run(_ => Task.FromResult(s_local.Value)));
        Assert.Equal("caller", s_local.Value);
    }

    [Fact]
    public void AS2_Run_MainThrows_ThrowsTheSameAndTheNextRunWorks()
    {
        using var runner = new Runner();

        var error = Assert.Throws<InvalidDataException>(() => runner.Run(async _ =>
        {
            await Task.Yield();
            throw new InvalidDataException("main");
        }));

        Assert.Equal("main", error.Message);
        Assert.Throws<InvalidDataException>(() => runner.Run(_ => throw new InvalidDataException()));
        Assert.Equal(3, runner.Run(_ => Task.FromResult(3)));
    }

    [Fact]
    public void AS4_WhatARunLeavesBehind_GoesOnInTheNext()
    {
        using var runner = new Runner();
        var steps = new List<string>();
        var gate = new TaskCompletionSource();
        Task left = null!;
        runner.Run(_ =>
        {
            left = runner.Executor.RunAsync(
                async _ =>
                {
                    steps.Add("begun");
                    await gate.Task;
                    steps.Add("ended");
                },
                CancellationToken.None);
            return left.WaitAsync(TimeSpan.Zero, CancellationToken.None).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        gate.SetResult();
        runner.Executor.Post(() => steps.Add("posted between"));
        Assert.Equal(["begun"], steps);

        runner.Run(_ => left);

        Assert.Equal(["begun", "ended", "posted between"], steps.Order());
    }

    [Fact]
    public void AS1_Run_InATurn_IsRefusedAndSoIsTheEnd()
    {
        using var runner = new Runner(new CooperativeExecutorOptions { Name = "inner" });
        CooperativeExecutor.Run(async _ =>
        {
            await Task.Yield();
            var run = Assert.Throws<InvalidOperationException>(() => runner.Run(_ => Task.CompletedTask));
            Assert.Contains("'inner' cannot be run from a turn of the Cooperative executor 'main'", run.Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(runner.Dispose);
        });

        runner.Run(_ =>
        {
            Assert.Throws<InvalidOperationException>(() => runner.Run(_ => Task.CompletedTask));
            return Task.CompletedTask;
        });
        Assert.Equal(1, runner.Run(_ => Task.FromResult(1)));
    }

    [Fact]
    public async Task AS4_Run_WhileAnotherThreadRuns_IsRefused()
    {
        var runner = new Runner();
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        var other = Task.Factory.StartNew(
            () => runner.Run(async _ =>
            {
                entered.SetResult();
                await leave.Task;
            }),
            TaskCreationOptions.LongRunning);
        await entered.Task.Within("the other thread runs");

        var error = Assert.Throws<InvalidOperationException>(() => runner.Run(_ => Task.CompletedTask));
        Assert.Contains("on another thread", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(runner.Dispose);

        leave.SetResult();
        await other.Within("the other run");
        runner.Dispose();
    }

    [Fact]
    public void AS4_Dispose_EndsTheLoopOnce_AndLaterRunsSaySo()
    {
        var runner = new Runner();
        runner.Run(_ => Task.CompletedTask);

        runner.Dispose();
        runner.Dispose();

        Assert.Throws<ObjectDisposedException>(() => runner.Run(_ => Task.CompletedTask));
        Assert.False(runner.Executor.TryPost(() => { }));
        new Runner().Dispose();
    }

    [Fact]
    public void AS1_Dispose_CancelsWhatHangs_WaitsForItAndReportsItsFailures()
    {
        var failures = new ConcurrentQueue<Exception>();
        var runner = new Runner(new CooperativeExecutorOptions { OnUnseenFailure = failure => failures.Enqueue(failure.Error) });
        var cleaned = new List<string>();
        runner.Run(async main =>
        {
            foreach (var name in new[] { "obedient", "failing" })
            {
                _ = runner.Executor.RunAsync(token => CleanUpAsync(name, token), CancellationToken.None);
            }

            _ = runner.Executor.InvokeAfterAsync(TimeSpan.FromHours(1), () => cleaned.Add("delayed"), CancellationToken.None);
            await Task.Yield();
        });
        Assert.Empty(cleaned);

        runner.Dispose();

        Assert.Equal(["failing", "obedient"], cleaned.Order());
        Assert.Equal("while it was cancelled", Assert.Single(failures).Message);

        async Task CleanUpAsync(string name, CancellationToken token)
        {
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            catch (OperationCanceledException) when (name == "failing")
            {
                await Task.Yield();
                cleaned.Add(name);
                throw new InvalidDataException("while it was cancelled");
            }
            finally
            {
                await Task.Yield();
                if (name != "failing")
                {
                    cleaned.Add(name);
                }
            }
        }
    }

    [Fact]
    public void AS1_CooperativeRun_ReportsWhatFailsAtTheEnd_ButNotMainsOwnFailure()
    {
        var failures = new ConcurrentQueue<Exception>();
        var options = new CooperativeExecutorOptions { OnUnseenFailure = failure => failures.Enqueue(failure.Error) };

        Assert.Throws<InvalidOperationException>(() => CooperativeExecutor.Run(
            async token =>
            {
                _ = Executor.Current!.RunAsync(
                    async stopping =>
                    {
                        await Task.Delay(Timeout.Infinite, stopping).ContinueWith(_ => { }, TaskScheduler.Default);
                        throw new InvalidDataException("left behind");
                    },
                    token);
                await Executor.Yield();
                throw new InvalidOperationException("main");
            },
            options));

        Assert.Equal("left behind", Assert.Single(failures).Message);
    }

    [Fact]
    public void AS1_FailureAtTheEndWithoutAHandler_IsLoggedAndDoesNotEndTheProcess()
    {
        CooperativeExecutor.Run(
            async token =>
            {
                _ = Executor.Current!.RunAsync(
                    async stopping =>
                    {
                        await Task.Delay(Timeout.Infinite, stopping).ContinueWith(_ => { }, TaskScheduler.Default);
                        throw new InvalidDataException("left behind");
                    },
                    token);
                await Executor.Yield();
            },
            new CooperativeExecutorOptions { Logger = NullLogger.Instance });
    }

    [Fact]
    public void AS2_FirstInterrupt_CancelsMainOnTheLoop_SecondIsLeftToTheSystem()
    {
        using var runner = new Runner(handleInterrupt: false);
        Assert.False(runner.Interrupt());

        Assert.ThrowsAny<OperationCanceledException>(() => runner.Run(async token =>
        {
            var onLoop = false;
            await using var registration = token.Register(() => onLoop = Executor.Current == runner.Executor);
            await Task.Run(() =>
            {
                Assert.True(runner.Interrupt());
                Assert.False(runner.Interrupt());
            }, CancellationToken.None);
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                Assert.True(onLoop);
            }
        }));
        Assert.True(runner.WasInterrupted);

        // A program may also end in peace; the next run begins anew.
        Assert.Equal("in peace", runner.Run(async token =>
        {
            Assert.False(runner.WasInterrupted);
            Assert.True(runner.Interrupt());
            await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => { }, TaskScheduler.Default);
            return "in peace";
        }));
        Assert.True(runner.WasInterrupted);
        Assert.False(runner.Interrupt());
    }

    [Fact]
    public void AS2_Run_CancelledFromOutside_PassesTheTokenOn()
    {
        using var runner = new Runner(handleInterrupt: false);
        using var source = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => runner.Run(
            token =>
            {
                source.Cancel();
                return Task.Delay(Timeout.Infinite, token);
            },
            source.Token));
        Assert.False(runner.WasInterrupted);
    }

    [Fact]
    public async Task AS4_ExecutorDisposedBetweenRuns_RunSaysSoInsteadOfHanging()
    {
        var runner = new Runner();
        runner.Run(_ => Task.CompletedTask);
        var disposal = runner.Executor.DisposeAsync();

        Assert.Throws<ExecutorRejectedException>(() => runner.Run(_ => Task.CompletedTask));

        runner.Dispose();
        await disposal.Within("dispose");
    }
}
