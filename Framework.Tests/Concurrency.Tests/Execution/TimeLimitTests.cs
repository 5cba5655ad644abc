using System.Runtime.CompilerServices;
using Concurrency.Execution;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Execution;

public sealed class TimeLimitTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void LongTime_IsSleptInPieces()
    {
        using var limit = new TimeLimit(TimeSpan.FromDays(100), _clock, default);

        _clock.Advance(TimeSpan.FromDays(100) - TimeSpan.FromTicks(1));
        Assert.False(limit.Over.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromTicks(1));

        Assert.True(limit.Over.IsCancellationRequested);
        Assert.Equal(0, _clock.Pending);
    }

    [Fact]
    public void LongTime_OnTheSystemsClock_IsTaken()
    {
        // The timers of .NET take 49.7 days.
        using var limit = new TimeLimit(TimeSpan.FromDays(60), TimeProvider.System, default);
        using var longest = new TimeLimit(TimeSpan.MaxValue, TimeProvider.System, default);

        Assert.False(limit.Over.IsCancellationRequested || longest.Over.IsCancellationRequested);
    }

    [Fact]
    public void ClockFails_NothingStaysOnTheCallersToken()
    {
        using var caller = new CancellationTokenSource();

        var kept = Refused(caller.Token);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.False(kept.IsAlive);
        caller.Cancel();
    }

    [Fact]
    public void CallbackFails_WhoeverCaresIsTold_AndTheTimerDoesNotThrow()
    {
        AggregateException? told = null;
        using var limit = new TimeLimit(TimeSpan.FromSeconds(1), _clock, default, failures => told = failures);
        limit.Over.Register(() => throw new IOException("callback"));

        Assert.Null(Record.Exception(() => _clock.Advance(TimeSpan.FromSeconds(1))));

        Assert.Equal("callback", Assert.Single(told!.InnerExceptions).Message);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Refused(CancellationToken cancellationToken)
    {
        var clock = new BrokenClock();
        Assert.Throws<IOException>(() => new TimeLimit(TimeSpan.FromSeconds(1), clock, cancellationToken));
        return clock.State!;
    }

    private sealed class BrokenClock : TimeProvider
    {
        public WeakReference? State { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            State = new WeakReference(state);
            throw new IOException("no timer");
        }
    }
}
