using Concurrency.Sources.Pumps;
using Concurrency.Sources.Signals;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Signals;

/// <summary>The counts between the signal thread and the pump.</summary>
public sealed class SignalInboxTests
{
    private readonly List<int> _notKept = [];
    private long _observed;

    [Fact]
    public void A2_StandardSignals_BeforeTheyAreTaken_AreOne()
    {
        var inbox = NewInbox(1, 10);

        inbox.Record(10);
        inbox.Record(10);
        inbox.Record(10);

        Assert.Equal(10, inbox.Next());
        Assert.Equal(3, inbox.Take(10).Count);
        Assert.Equal(0, inbox.Next());
        Assert.Equal(3, _observed);
    }

    [Fact]
    public void RealTimeSignals_AreTakenOneByOne()
    {
        var inbox = NewInbox(40);
        inbox.Record(40);
        inbox.Record(40);

        Assert.Equal(1, inbox.Take(40).Count);
        Assert.Equal(40, inbox.Next());
        Assert.Equal(1, inbox.Take(40).Count);
        Assert.Equal(0, inbox.Next());
    }

    [Fact]
    public void M4_StandardSignals_ComeInTheOrderOfArrival_AndBeforeRealTimeSignals()
    {
        var inbox = NewInbox(1, 15, 17, 40);
        inbox.Record(40);
        inbox.Record(17);
        inbox.Record(1);
        inbox.Record(15);
        inbox.Record(17);

        var taken = new List<int>();
        while (inbox.Next() is > 0 and var number)
        {
            taken.Add(number);
            inbox.Take(number);
        }

        Assert.Equal([17, 1, 15, 40], taken);
    }

    [Fact]
    public void RealTimeSignals_OfTwoNumbers_TakeTurns()
    {
        var inbox = NewInbox(40, 41);
        for (var i = 0; i < 3; i++)
        {
            inbox.Record(40);
        }

        inbox.Record(41);

        inbox.Take(inbox.Next());
        Assert.Equal(41, inbox.Next());
    }

    [Fact]
    public void Closing_WithSomethingPending_IsRefusedUntilItIsTaken()
    {
        var inbox = NewInbox(1, 2);
        inbox.Record(1);

        Assert.False(inbox.TryClose());
        inbox.Take(1);
        Assert.True(inbox.TryClose());
        Assert.False(inbox.Record(1));
        Assert.False(inbox.Record(2));
        Assert.Equal(1, _observed);
    }

    [Fact]
    public void Abandon_CountsEventsAsTheyWouldHaveBeen()
    {
        var inbox = NewInbox(10, 40);
        for (var i = 0; i < 3; i++)
        {
            inbox.Record(10);
            inbox.Record(40);
        }

        Assert.Equal((4, 2), inbox.Abandon());
        Assert.False(inbox.Record(10));
        Assert.Equal((0, 0), inbox.Abandon());
    }

    [Fact]
    public void Record_BeyondWhatCanBePending_IsCountedAndNotKept()
    {
        var inbox = new SignalInbox(
            [10, 40], TimeProvider.System, new WakeSignal(), count => _observed += count, _notKept.Add)
        { Limit = 2 };

        for (var i = 0; i < 3; i++)
        {
            Assert.True(inbox.Record(10));
            Assert.True(inbox.Record(40));
        }

        Assert.Equal((6, 2), (_observed, inbox.Take(10).Count));
        Assert.Equal([10, 40], _notKept);
        inbox.Take(40);
        inbox.Take(40);
        Assert.Equal(0, inbox.Next());
    }

    [Fact]
    public async Task RecordAndTake_AtTheSameTime_LoseNothing()
    {
        const int Count = 500_000;
        var inbox = NewInbox(10, 40);
        var recording = Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < Count; i++)
                {
                    inbox.Record(10);
                    inbox.Record(40);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        long standard = 0;
        long realTime = 0;
        while (standard < Count || realTime < Count)
        {
            switch (inbox.Next())
            {
                case 10:
                    standard += inbox.Take(10).Count;
                    break;
                case 40:
                    realTime += inbox.Take(40).Count;
                    break;
                default:
                    Assert.False(recording.IsFaulted);
                    break;
            }
        }

        await recording.Within("recording");
        Assert.Equal((Count, Count, 0), (standard, realTime, inbox.Next()));
        Assert.Equal(2 * Count, _observed);
    }

    private SignalInbox NewInbox(params int[] numbers) =>
        new(numbers, TimeProvider.System, new WakeSignal(), count => Interlocked.Add(ref _observed, count), _notKept.Add);
}
