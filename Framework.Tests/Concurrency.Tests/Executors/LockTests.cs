using Concurrency.Execution;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

/// <summary>The locks that executors hold for a few instructions.</summary>
public sealed class LockTests
{
    private const int Threads = 4;
    private const int Rounds = 100_000;

    [Fact]
    public async Task QuietLock_Contended_TheContextIsNotToldAndIsThereAgainAfterwards()
    {
        var gate = new QuietLock();
        var context = new CountingContext();
        Task<bool> waiter;
        using (gate.EnterScope())
        {
            waiter = EnterOnAThread(context, () =>
            {
                using (gate.EnterScope())
                {
                }
            });
        }

        Assert.True(await waiter.Within("the contended lock is taken"));
        Assert.Equal(0, context.Waits);
    }

    [Fact]
    public async Task PlainLock_Contended_TheContextIsTold()
    {
        var gate = new Lock();
        var context = new CountingContext();
        Task<bool> waiter;
        using (gate.EnterScope())
        {
            waiter = EnterOnAThread(context, () =>
            {
                using (gate.EnterScope())
                {
                }
            });
        }

        Assert.True(await waiter.Within("the contended lock is taken"));
        Assert.NotEqual(0, context.Waits);
    }

    [Fact]
    public async Task QuietLock_ManyThreads_OneAtATime()
    {
        var gate = new QuietLock();
        var total = 0;
        await OnAllThreads(() =>
        {
            using (gate.EnterScope())
            {
                total++;
            }
        });

        Assert.Equal(Threads * Rounds, total);
    }

    [Fact]
    public async Task SpinGate_ManyThreads_OneAtATime()
    {
        var gate = new Gated();
        await OnAllThreads(gate.Add);

        Assert.Equal(Threads * Rounds, gate.Total);
    }

    private static async Task OnAllThreads(Action step)
    {
        using var start = new Barrier(Threads);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                for (var round = 0; round < Rounds; round++)
                {
                    step();
                }
            },
            TaskCreationOptions.LongRunning))).Within("all rounds");
    }

    /// <summary>Lets a thread run into a lock that the caller holds; returns once it sleeps there.</summary>
    private static Task<bool> EnterOnAThread(CountingContext context, Action enter)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(context);
            enter();
            done.SetResult(ReferenceEquals(SynchronizationContext.Current, context));
        })
        { IsBackground = true };
        thread.Start();
        while ((thread.ThreadState & ThreadState.WaitSleepJoin) == 0 && thread.IsAlive)
        {
            Thread.Yield();
        }

        return done.Task;
    }

    private sealed class Gated
    {
        private SpinGate _gate;

        public int Total { get; private set; }

        public void Add()
        {
            using (_gate.EnterScope())
            {
                Total++;
            }
        }
    }

    private sealed class CountingContext : SynchronizationContext
    {
        private int _waits;

        public CountingContext() => SetWaitNotificationRequired();

        public int Waits => Volatile.Read(ref _waits);

        public override int Wait(IntPtr[] waitHandles, bool waitAll, int millisecondsTimeout)
        {
            Interlocked.Increment(ref _waits);
            return WaitHelper(waitHandles, waitAll, millisecondsTimeout);
        }
    }
}
