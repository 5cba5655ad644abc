namespace Concurrency.Scopes;

/// <summary>Says inside of which spawned work the calling code runs; flows with the ExecutionContext.</summary>
/// <param name="pool">The pool whose slot the work has, if any.</param>
/// <param name="work">The work; null for code that borrows the slot of its caller.</param>
/// <param name="outer">The frame around it.</param>
internal sealed class WorkFrame(WorkPool? pool, SpawnedWork? work, WorkFrame? outer)
{
    private static readonly AsyncLocal<WorkFrame?> s_current = new();

    private volatile bool _ended;

    /// <summary>Begins a frame in the calling flow.</summary>
    public static WorkFrame Enter(WorkPool? pool, SpawnedWork? work)
    {
        var frame = new WorkFrame(pool, work, s_current.Value);
        s_current.Value = frame;
        return frame;
    }

    /// <summary>Whether the calling code belongs to running work of a pool.</summary>
    public static bool IsMemberOf(WorkPool pool) => Any(pool, static (frame, pool) => ReferenceEquals(frame.Pool, pool));

    /// <summary>Whether the calling code belongs to some work, which runs.</summary>
    public static bool IsInside(SpawnedWork work) => Any(work, static (frame, work) => ReferenceEquals(frame.Work, work));

    /// <summary>Code that the work has left behind is not part of it any more.</summary>
    public void End() => _ended = true;

    private WorkPool? Pool => pool;

    private SpawnedWork? Work => work;

    private WorkFrame? Outer => outer;

    private static bool Any<T>(T sought, Func<WorkFrame, T, bool> matches)
    {
        for (var frame = s_current.Value; frame is not null; frame = frame.Outer)
        {
            if (!frame._ended && matches(frame, sought))
            {
                return true;
            }
        }

        return false;
    }
}
