namespace Concurrency.Scopes;

/// <summary>Says inside of which spawned work the calling code runs; flows with the ExecutionContext.</summary>
/// <remarks>
/// A frame that has ended keeps nothing, and is left out of the chain by whoever comes along: work that spawns its successor,
/// again and again, hands its frame on each time.
/// </remarks>
/// <param name="pool">The pool whose slot the work has, if any.</param>
/// <param name="work">The work; null for code that borrows the slot of its caller.</param>
/// <param name="outer">The frame around it.</param>
internal sealed class WorkFrame(WorkPool? pool, SpawnedWork? work, WorkFrame? outer)
{
    private static readonly AsyncLocal<WorkFrame?> s_current = new();

    private volatile WorkPool? _pool = pool;
    private volatile SpawnedWork? _work = work;
    private volatile WorkFrame? _outer = outer;
    private volatile bool _ended;

    /// <summary>Begins a frame in the calling flow.</summary>
    public static WorkFrame Enter(WorkPool? pool, SpawnedWork? work)
    {
        var outer = Live(s_current.Value);
        for (var frame = outer; frame is not null;)
        {
            frame = frame.NextLive();
        }

        return s_current.Value = new WorkFrame(pool, work, outer);
    }

    /// <summary>Whether the calling code belongs to running work of a pool.</summary>
    public static bool IsMemberOf(WorkPool pool) => Any(pool, static (frame, pool) => ReferenceEquals(frame._pool, pool));

    /// <summary>Whether the calling code belongs to some work, which runs.</summary>
    public static bool IsInside(SpawnedWork work) => Any(work, static (frame, work) => ReferenceEquals(frame._work, work));

    /// <summary>Code that the work has left behind is not part of it any more.</summary>
    public void End()
    {
        _ended = true;
        _pool = null;
        _work = null;
    }

    private static bool Any<T>(T sought, Func<WorkFrame, T, bool> matches)
    {
        for (var frame = Live(s_current.Value); frame is not null; frame = frame.NextLive())
        {
            if (matches(frame, sought))
            {
                return true;
            }
        }

        return false;
    }

    private static WorkFrame? Live(WorkFrame? frame)
    {
        while (frame is { _ended: true })
        {
            frame = frame._outer;
        }

        return frame;
    }

    /// <summary>The frame around this one that has not ended; those between are let go of.</summary>
    private WorkFrame? NextLive()
    {
        var outer = _outer;
        var live = Live(outer);
        if (!ReferenceEquals(outer, live))
        {
            _outer = live;
        }

        return live;
    }
}
