using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>What other threads hand to a loop, and the agreement on when they must wake it.</summary>
/// <remarks>
/// The loop is armed for a wake-up and looks for work under one lock, so no post falls between the two: a post either is
/// seen by the loop before it sleeps or sees that the loop is armed. The first post disarms it: any number of posts
/// before the loop has taken them cost one wake-up, and none while the loop is awake.
/// </remarks>
internal sealed class RemoteQueue
{
    private const int InitialCapacity = 64;
    private const int KeptCapacity = 4096;
    private const int KeptShare = 8;

    private SpinGate _gate;
    private ExecutorWork[] _items = new ExecutorWork[InitialCapacity];
    private ExecutorWork[] _spare = new ExecutorWork[InitialCapacity];
    private volatile int _count;
    private long _accepted;
    private bool _armed;
    private bool _attention;
    private bool _rootsClosed;
    private bool _closed;

    public bool HasItems => _count != 0;

    public int Count => _count;

    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Adds work; <paramref name="wake"/> tells the caller to wake the loop.</summary>
    public bool TryEnqueue(in ExecutorWork work, WorkKind kind, out bool wake)
    {
        using (_gate.EnterScope())
        {
            if (_closed || (_rootsClosed && kind == WorkKind.Root))
            {
                wake = false;
                return false;
            }

            var count = _count;
            if (count == _items.Length)
            {
                Array.Resize(ref _items, checked(count * 2));
            }

            _items[count] = work;
            _count = count + 1;
            _accepted++;
            wake = _armed;
            _armed = false;
            return true;
        }
    }

    /// <summary>Moves everything to the ready queue.</summary>
    public void DrainTo(ReadyQueue ready)
    {
        ExecutorWork[] items;
        int count;
        using (_gate.EnterScope())
        {
            items = _items;
            count = _count;
            _items = _spare;
            _count = 0;
        }

        ready.EnqueueRange(items.AsSpan(0, count));
        Array.Clear(items, 0, count);

        // What a burst needed is kept as long as bursts come: making it anew for each costs more than the posts.
        _spare = items.Length <= KeptCapacity || count > items.Length / KeptShare ? items : new ExecutorWork[InitialCapacity];
    }

    /// <summary>Makes the loop look at its timers and its lifetime again.</summary>
    /// <returns>Whether the loop must be woken.</returns>
    public bool RequestAttention()
    {
        using (_gate.EnterScope())
        {
            _attention = true;
            var wake = _armed;
            _armed = false;
            return wake;
        }
    }

    /// <summary>Arms the wake-up unless there is something to do.</summary>
    public bool TryArm()
    {
        using (_gate.EnterScope())
        {
            _armed = _count == 0 && !_attention;
            _attention = false;
            return _armed;
        }
    }

    public void Disarm()
    {
        using (_gate.EnterScope())
        {
            _armed = false;
        }
    }

    /// <summary>Refuses new work from now on; what was accepted is in the queue when this returns.</summary>
    public void CloseRoots()
    {
        using (_gate.EnterScope())
        {
            _rootsClosed = true;
        }
    }

    /// <summary>Refuses everything from now on, unless work came in meanwhile and <paramref name="force"/> is not set.</summary>
    public bool TryClose(bool force)
    {
        using (_gate.EnterScope())
        {
            _closed = _closed || force || _count == 0;
            return _closed;
        }
    }
}
