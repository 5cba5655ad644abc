using System.Diagnostics;

namespace Concurrency.Bridging;

/// <summary>A thread that has lent its turn and waits to get it back.</summary>
internal sealed class Lender
{
    [ThreadStatic]
    private static Lender? t_own;

    private readonly HandOver _returned = new();
    private readonly HandOver _answered = new();
    private volatile bool _isAsked;
    private string _stack = "";

    /// <summary>The calling thread as a lender: it lends to one other thread at a time.</summary>
    public static Lender OfThisThread => t_own ??= new Lender();

    /// <summary>Gives the turn back.</summary>
    public void Return() => _returned.Signal();

    /// <summary>Waits until the turn comes back.</summary>
    public void WaitForReturn()
    {
        while (true)
        {
            _returned.Wait(Timeout.InfiniteTimeSpan, look: true);
            if (!_isAsked)
            {
                return;
            }

            _stack = new StackTrace(skipFrames: 1, fNeedFileInfo: true).ToString();
            _isAsked = false;
            _answered.Signal();
        }
    }

    /// <summary>The stack of the lending thread; called by the thread that has its turn.</summary>
    public string DescribeStack()
    {
        _isAsked = true;
        _returned.Signal();
        _answered.Wait(Timeout.InfiniteTimeSpan, look: false);
        return _stack;
    }
}
