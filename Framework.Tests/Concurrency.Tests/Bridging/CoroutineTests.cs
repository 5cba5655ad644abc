using System.Collections.Concurrent;
using Concurrency.Bridging;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Concurrency.Tests.Bridging;

public sealed class CoroutineTests
{
    private static readonly AsyncLocal<string?> s_local = new();

    [Fact]
    public void GL1_Switch_PassesValuesInAndOut()
    {
        var adder = new Coroutine<int, int>((self, first) =>
        {
            var sum = first;
            while (sum < 10)
            {
                sum += self.Yield(sum);
            }

            return sum;
        });

        Assert.False(adder.IsStarted);
        Assert.Equal(1, adder.Switch(1));
        Assert.Equal(6, adder.Switch(5));
        Assert.True(adder.IsAlive);
        Assert.Equal(15, adder.Switch(9));
        Assert.False(adder.IsAlive);
        Assert.True(adder.IsStarted);
    }

    [Fact]
    public void GL1_TwoChildren_RunInTurn()
    {
        var steps = new List<string>();
        using var left = Stepper("left", steps);
        using var right = Stepper("right", steps);
        for (var i = 0; i < 2; i++)
        {
            left.Switch(i);
            right.Switch(i);
        }

        Assert.Equal(["left 0", "right 0", "left 1", "right 1"], steps);
    }

    [Fact]
    public void GL1_FinishReturnsToTheSwitcher()
    {
        var inner = new Coroutine<int, string>((_, number) => $"inner {number}", "inner");
        var outer = new Coroutine<int, string>((self, number) =>
        {
            var answer = inner.Switch(number);
            self.Yield($"outer got '{answer}'");
            return "outer ends";
        });

        Assert.Equal("outer got 'inner 3'", outer.Switch(3));
        Assert.False(inner.IsAlive);
        Assert.Equal("outer ends", outer.Switch(0));
    }

    [Fact]
    public void GL1_ADeadCoroutine_RefusesTheSwitch()
    {
        var ended = new Coroutine<int, int>((_, value) => value, "once");
        ended.Switch(1);

        Assert.Contains("'once' has ended", Assert.Throws<InvalidOperationException>(() => ended.Switch(1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GL1_ACoroutineThatHasControl_RefusesTheSwitch()
    {
        Coroutine<int, string>? self = null;
        var inner = new Coroutine<int, string>((_, _) => Assert.Throws<InvalidOperationException>(() => self!.Switch(0)).Message);
        self = new Coroutine<int, string>((_, _) =>
        {
            Assert.Throws<InvalidOperationException>(() => self!.Switch(0));
            return inner.Switch(0);
        });

        Assert.Contains("has control already", self.Switch(0), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GL1_AnotherThread_IsRefused()
    {
        using var mine = new Coroutine<int, int>((self, value) => self.Yield(value));
        mine.Switch(1);
        var refused = await Task.Run(() => Assert.Throws<InvalidOperationException>(() => mine.Switch(2))).Within("the other thread");

        Assert.Contains("belongs to thread", refused.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => mine.Yield(3));
    }

    [Fact]
    public async Task GL1_OnAnExecutor_TheBodyHasItsTurn_AcrossAwaits()
    {
        var waits = new ConcurrentQueue<BlockingReport>();
        await using var loop = new CooperativeExecutor(new CooperativeExecutorOptions { Name = "loop", OnBlocking = OnBlocking.Throw, OnBlockingReport = waits.Enqueue });
        await loop.RunAsync(async _ =>
        {
            using var counter = new Coroutine<int, int>((self, value) =>
            {
                while (true)
                {
                    Assert.Same(loop, Executor.Current);
                    value = self.Yield(value + 1);
                }
            });
            Assert.Equal(1, counter.Switch(0));
            await Executor.Yield();
            Assert.Equal(2, counter.Switch(1));
            Assert.Equal(8, await SyncBridge.RunAsync(() => counter.Switch(7)));
        }).Within("the turns");

        Assert.DoesNotContain(waits, wait => wait.Kind != BlockingWaitKind.Lock);
        await loop.InvokeAsync(() => { }).Within("the loop goes on");
    }

    [Fact]
    public void GL2_Throw_ReachesTheYield_AndMayBeHandled()
    {
        var body = new Coroutine<int, string>((self, _) =>
        {
            try
            {
                self.Yield("ready");
            }
            catch (IOException error)
            {
                self.Yield(error.Message);
            }

            return "end";
        });
        body.Switch(0);

        Assert.Equal("broken", body.Throw(new IOException("broken")));
        Assert.Equal("end", body.Switch(0));
    }

    [Fact]
    public void GL2_Throw_ThatIsNotHandled_ReachesTheSwitcherWithItsStack()
    {
        var body = new Coroutine<int, int>(ThrowingBody);
        var failure = Assert.Throws<IOException>(() => body.Switch(0));

        Assert.Contains(nameof(ThrowingBody), failure.StackTrace, StringComparison.Ordinal);
        Assert.False(body.IsAlive);
    }

    [Fact]
    public void GL2_Throw_IntoOneThatHasNotBegun_EndsIt()
    {
        var ran = false;
        var body = new Coroutine<int, bool>((_, _) => ran = true);

        Assert.Throws<IOException>(() => body.Throw(new IOException()));
        Assert.False(ran);
        Assert.False(body.IsAlive);
        Assert.Throws<IOException>(() => body.Throw(new IOException()));
    }

    [Fact]
    public void GL2_Exit_IsSwallowedAtTheTop()
    {
        var body = new Coroutine<int, string?>((self, _) =>
        {
            self.Yield("ready");
            return "not reached";
        });
        body.Switch(0);

        Assert.Null(body.Throw(new CoroutineExitException()));
        Assert.False(body.IsAlive);
        Assert.Null(body.Throw(new CoroutineExitException()));
    }

    [Fact]
    public void GL3_Parent_IsTheMaker_AndCurrentTheOneThatRuns()
    {
        Coroutine<int, int>? inner = null;
        var outer = new Coroutine<int, int>((self, _) =>
        {
            Assert.Same(self, Coroutine.Current);
            inner = new Coroutine<int, int>((_, value) => value);
            return inner.Switch(2);
        });

        Assert.Equal(2, outer.Switch(0));
        Assert.Same(outer, inner!.Parent);
        Assert.Null(outer.Parent);
        Assert.Null(Coroutine.Current);
    }

    [Fact]
    public void GL3_ContextVariables_AreThoseOfTheMaker_AndStayItsOwn()
    {
        s_local.Value = "maker";
        using var body = new Coroutine<int, string?>((self, _) =>
        {
            var seen = s_local.Value;
            s_local.Value = "body";
            self.Yield(seen);
            return s_local.Value;
        });
        s_local.Value = "switcher";

        Assert.Equal("maker", body.Switch(0));
        Assert.Equal("switcher", s_local.Value);
        Assert.Equal("body", body.Switch(0));
    }

    [Fact]
    public void GL4_Trace_SeesEachTransfer()
    {
        var seen = new ConcurrentQueue<CoroutineSwitch>();
        var body = new Coroutine<int, int>((self, value) => self.Yield(value), "traced");
        var others = Coroutine.Trace;
        Coroutine.Trace = step =>
        {
            if (step.Origin == body || step.Target == body)
            {
                seen.Enqueue(step);
                throw new InvalidOperationException("A trace that fails changes nothing.");
            }
        };
        try
        {
            body = new Coroutine<int, int>(Threads(4), (self, value) => self.Yield(value), "traced");
            body.Switch(1);
            Assert.Throws<IOException>(() => body.Throw(new IOException()));
        }
        finally
        {
            Coroutine.Trace = others;
        }

        Assert.Equal(
            [new(null, body, false), new(body, null, false), new(null, body, true), new(body, null, false)],
            seen);
    }

    [Fact]
    public async Task GL5_Better_DisposalRunsTheFinallyBlocks()
    {
        var steps = new List<string>();
        await using (var body = new Coroutine<int, int>((self, _) =>
        {
            try
            {
                return self.Yield(1);
            }
            finally
            {
                Assert.Throws<CoroutineExitException>(() => self.Yield(2));
                steps.Add("finally");
            }
        }))
        {
            body.Switch(0);
        }

        Assert.Equal(["finally"], steps);
    }

    [Fact]
    public void GL5_Better_DisposalFromAnotherThread_GivesTheThreadBack()
    {
        var threads = Threads(1);
        var body = new Coroutine<int, int>(threads, (self, value) => self.Yield(value), name: null);
        body.Switch(1);
        Assert.Equal((1, 1), (threads.Statistics.Running, threads.Statistics.Parked));
        var other = new Thread(body.Dispose);
        other.Start();
        other.Join();
        body.Dispose();

        Assert.False(body.IsAlive);
        Assert.Equal((0, 0), (threads.Statistics.Running, threads.Statistics.Parked));
    }

    [Fact]
    public void GL5_AnUnstartedCoroutine_IsDisposedWithoutRunning()
    {
        var ran = false;
        var body = new Coroutine<int, bool>((_, _) => ran = true);
        body.Dispose();

        Assert.False(ran);
        Assert.Throws<InvalidOperationException>(() => body.Switch(0));
    }

    [Fact]
    public void Switch_WithoutAFreeThread_IsRefused_AndTheCoroutineStaysNew()
    {
        var threads = Threads(1);
        var first = new Coroutine<int, int>(threads, (self, value) => self.Yield(value), "first");
        var second = new Coroutine<int, int>(threads, (_, value) => value, "second");
        first.Switch(0);

        Assert.Contains("MaximumThreads", Assert.Throws<InvalidOperationException>(() => second.Switch(1)).Message, StringComparison.Ordinal);
        Assert.False(second.IsStarted);
        first.Dispose();
        Assert.Equal(1, second.Switch(1));
    }

    [Fact]
    public void Await_InACoroutine_IsRefused()
    {
        var body = new Coroutine<int, bool>((_, _) => Assert.Throws<NoBridgeContextException>(() => SyncBridge.Await(Task.CompletedTask)) is not null);

        Assert.True(body.Switch(0));
    }

    private static Coroutine<int, int> Stepper(string name, List<string> steps) => new((self, value) =>
    {
        while (true)
        {
            steps.Add($"{name} {value}");
            value = self.Yield(value);
        }
    });

    private static int ThrowingBody(Coroutine<int, int> self, int value) => throw new IOException($"{self} got {value}.");

    private static BridgeThreads Threads(int maximum) =>
        new(new SyncBridgeOptions { MaximumThreads = maximum, Logger = NullLogger.Instance });
}
