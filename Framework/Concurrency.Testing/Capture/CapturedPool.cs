using System.Diagnostics.CodeAnalysis;

namespace Concurrency.Testing.Capture;

/// <summary>The queues of a pool whose workers are held, for the one thread that runs its items.</summary>
internal sealed class CapturedPool(PoolQueues queues) : IDisposable
{
    private readonly Dictionary<Type, bool> _foreign = [];
    private readonly List<object> _others = [];
    private long _timers;

    /// <summary>Looks for turns that block the thread.</summary>
    public BlockWatch Watch { get; } = new();

    /// <summary>How many real timers were started since the schedule began, and are active.</summary>
    public long RealTimers => Math.Max(0, Timer.ActiveCount - _timers);

    /// <summary>A schedule begins: what the one before has left in the queues is dropped, like all that it left unfinished.</summary>
    public void BeginSchedule()
    {
        while (TryTake(out _))
        {
        }

        _timers = Timer.ActiveCount;
    }

    /// <summary>Keeps what is in the queues for the pool: it was there before the simulation.</summary>
    public void SetAside()
    {
        while (queues.TryTake(out var item))
        {
            Keep(item);
        }
    }

    /// <summary>Takes the next item of the simulation.</summary>
    public bool TryTake([NotNullWhen(true)] out object? item)
    {
        while (queues.TryTake(out item))
        {
            if (!IsForeign(item.GetType()))
            {
                return true;
            }

            Keep(item);
        }

        return false;
    }

    /// <summary>Gives the pool back what is not of the simulation; its workers must be free, or be so soon.</summary>
    public void GiveBack()
    {
        foreach (var item in _others)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static item => PoolQueues.Run(item), item, preferLocal: false);
        }

        _others.Clear();
    }

    /// <summary>Ends the watch.</summary>
    public void Dispose() => Watch.Dispose();

    private void Keep(object item)
    {
        if (item is not PinnedPool.Item)
        {
            _others.Add(item);
        }
    }

    private bool IsForeign(Type type)
    {
        if (!_foreign.TryGetValue(type, out var foreign))
        {
            _foreign[type] = foreign = type == typeof(PinnedPool.Item) || PoolItems.IsForeign(type);
        }

        return foreign;
    }
}
