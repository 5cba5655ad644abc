using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>One wait for the first of several readers; its result is the index of the case that took an item.</summary>
/// <remarks>
/// Whoever wants to end the wait (a writer of one of the channels, the token, the timer, the last completion) must win
/// <see cref="TryClaim"/>, one interlocked operation: so exactly one item is taken, and a cancelled select took none.
/// </remarks>
internal sealed class SelectWaiter : Waiter<int>
{
    /// <summary>Result: every reader has completed.</summary>
    public const int AllCompleted = -1;

    /// <summary>Result: the time is over.</summary>
    public const int TimedOut = -2;

    private const int Open = 0;
    private const int Claimed = 1;

    private int _claim = Claimed;
    private int _openCases;

    /// <summary>Whether the waiter can be used for another wait.</summary>
    public bool IsReusable { get; private set; } = true;

    public bool IsDecided => Volatile.Read(ref _claim) == Claimed;

    public void Begin(int cases)
    {
        IsReusable = false;
        _openCases = cases;
        Volatile.Write(ref _claim, Open);
    }

    public bool TryClaim() => Interlocked.CompareExchange(ref _claim, Claimed, Open) == Open;

    /// <summary>Notes that one more case has completed.</summary>
    public bool IsLastOpen() => Interlocked.Decrement(ref _openCases) == 0;

    /// <summary>Ends the wait because its time is over, unless it was decided before.</summary>
    public void TimeOut()
    {
        if (TryClaim())
        {
            Settle(TimedOut);
            Publish();
        }
    }

    private protected override bool TryWithdraw() => TryClaim();

    private protected override void Recycle() => IsReusable = true;
}
