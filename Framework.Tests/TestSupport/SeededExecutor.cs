using System.Runtime.InteropServices;
using Concurrency.Execution;

namespace Concurrency.TestSupport;

/// <summary>Runs everything on the calling thread and picks the next turn at random from a seed; time jumps to the next timer when nothing is ready.</summary>
/// <remarks>The same seed gives the same order of turns, as long as the code under test stays on the executor; a post from another thread is an error.</remarks>
public sealed class SeededExecutor : Executor
{
    private readonly List<ExecutorWork> _ready = [];
    private readonly VirtualTime _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly int _seed;
    private InvalidOperationException? _escape;
    private int _inFlight;
    private long _turns;

    public SeededExecutor(int seed)
        : base($"seed {seed}")
    {
        _seed = seed;
        _time = new VirtualTime(this);
        Random = new Random(seed);
        SynchronizationContext = new ExecutorSynchronizationContext(this);
    }

    /// <summary>The choices of this run; test bodies draw from it too.</summary>
    public Random Random { get; }

    /// <summary>A number that depends on the order of all turns so far: two runs of one seed have the same.</summary>
    public int TraceHash { get; private set; }

    public override ExecutorKind Kind => ExecutorKind.Simulated;

    public override TimeProvider TimeProvider => _time;

    public override ExecutorStatistics Statistics => new() { Executed = _turns, Queued = _ready.Count, InFlight = _inFlight };

    public override SynchronizationContext SynchronizationContext { get; }

    public override CancellationToken Stopping => _stopping.Token;

    /// <summary>Runs a test body and everything it starts until nothing is left to do.</summary>
    /// <exception cref="InvalidOperationException">Nothing is ready and no timer is pending, but the body has not ended.</exception>
    public void Run(Func<Task> body)
    {
        var main = RunAsync(_ => body());
        while (true)
        {
            if (_escape is { } escape)
            {
                throw escape;
            }

            if (TryTakeNext(out var work))
            {
                _turns++;
                using var turn = EnterTurn();
                work.Execute();
            }
            else if (!_time.FireNext())
            {
                break;
            }
        }

        if (!main.IsCompleted)
        {
            throw new InvalidOperationException($"Stalled after {_turns} turns: nothing is ready, no timer is pending, and the body has not ended (seed {_seed}).");
        }

        main.GetAwaiter().GetResult();
    }

    public override DescriptorReadiness WatchDescriptor(SafeHandle descriptor) => throw new NotSupportedException("No descriptors in a seeded run.");

    public override Task<bool> DrainAsync(TimeSpan timeout) => Task.FromResult(_inFlight == 0);

    public override ValueTask DisposeAsync()
    {
        _stopping.Cancel();
        return default;
    }

    protected override bool TryEnqueue(ExecutorWork work, WorkKind kind)
    {
        lock (_ready)
        {
            if (Environment.CurrentManagedThreadId != _thread)
            {
                // Thrown here it would end the process, not the test.
                _escape ??= new InvalidOperationException(
                    $"Something under test left the executor: work came from thread {Environment.CurrentManagedThreadId} (seed {_seed}). {Environment.StackTrace}");
            }

            _ready.Add(work);
            return true;
        }
    }

    protected override void OnRootStarted() => _inFlight++;

    protected override void OnRootCompleted() => _inFlight--;

    protected override string DescribeRejection() => "The seeded executor takes everything.";

    private bool TryTakeNext(out ExecutorWork work)
    {
        lock (_ready)
        {
            if (_ready.Count == 0)
            {
                work = default;
                return false;
            }

            var next = Random.Next(_ready.Count);
            TraceHash = HashCode.Combine(TraceHash, next, _ready.Count);
            work = _ready[next];
            _ready.RemoveAt(next);
            return true;
        }
    }

    private sealed class VirtualTime(SeededExecutor executor) : TimeProvider
    {
        private readonly PriorityQueue<VirtualTimer, (long Due, long Order)> _timers = new();
        private long _now;
        private long _order;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(_now);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new VirtualTimer(this, callback, state);
            timer.Change(dueTime, period);
            return timer;
        }

        public bool FireNext()
        {
            while (_timers.TryDequeue(out var timer, out var at))
            {
                if (timer.IsDueAt(at.Due, at.Order))
                {
                    _now = at.Due;
                    executor.Resume(new ExecutorWork((Action<object?>)(static t => ((VirtualTimer)t!).Fire()), timer));
                    return true;
                }
            }

            return false;
        }

        private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
        {
            private (long Due, long Order)? _next;
            private TimeSpan _period;

            public bool IsDueAt(long due, long order) => _next == (due, order);

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                _period = period;
                _next = null;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    _next = (time._now + dueTime.Ticks, ++time._order);
                    time._timers.Enqueue(this, _next.Value);
                }

                return true;
            }

            public void Fire()
            {
                if (_next is null)
                {
                    return;
                }

                _next = null;
                if (_period > TimeSpan.Zero)
                {
                    Change(_period, _period);
                }

                callback(state);
            }

            public void Dispose() => _next = null;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return default;
            }
        }
    }
}
