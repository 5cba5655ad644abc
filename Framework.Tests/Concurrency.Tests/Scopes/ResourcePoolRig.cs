using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

/// <summary>A pool of numbered items that writes down what happens to them.</summary>
internal sealed class ResourcePoolRig
{
    private readonly Lock _gate = new();
    private readonly HashSet<int> _alive = [];
    private readonly List<int> _closed = [];
    private int _made;

    public ManualClock Clock { get; } = new();

    public ListLogger Logger { get; } = new();

    /// <summary>Thrown by the next creation, once.</summary>
    public Exception? FailNext { get; set; }

    public int Made => Volatile.Read(ref _made);

    public int MostAlive { get; private set; }

    public int Alive
    {
        get
        {
            lock (_gate)
            {
                return _alive.Count;
            }
        }
    }

    public int[] Closed
    {
        get
        {
            lock (_gate)
            {
                return [.. _closed];
            }
        }
    }

    public ResourcePoolOptions<int> Options(int maximum = 4) => new()
    {
        Name = "rig",
        MaximumSize = maximum,
        Factory = MakeAsync,
        Close = CloseAsync,
        TimeProvider = Clock,
        Logger = Logger,
    };

    public ResourcePool<int> Pool(int maximum = 4, Func<ResourcePoolOptions<int>, ResourcePoolOptions<int>>? with = null) =>
        new(with is null ? Options(maximum) : with(Options(maximum)));

    public ValueTask<int> MakeAsync(CancellationToken cancellationToken)
    {
        if (FailNext is { } failure)
        {
            FailNext = null;
            throw failure;
        }

        lock (_gate)
        {
            var item = ++_made;
            _alive.Add(item);
            MostAlive = Math.Max(MostAlive, _alive.Count);
            return ValueTask.FromResult(item);
        }
    }

    public ValueTask CloseAsync(int item)
    {
        lock (_gate)
        {
            Assert.True(_alive.Remove(item), $"Item {item} was closed twice.");
            _closed.Add(item);
            return default;
        }
    }
}
