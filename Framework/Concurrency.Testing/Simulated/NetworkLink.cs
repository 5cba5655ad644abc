using Concurrency.Testing.Clock;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Faults;

namespace Concurrency.Testing.Simulated;

/// <summary>The way from one node to another: decides what becomes of each datagram.</summary>
internal sealed class NetworkLink
{
    private const int LatencySteps = 8;
    private const int OutageSteps = 10;

    private static readonly long s_hold = ClockTime.Nanoseconds(TimeSpan.FromMilliseconds(1));

    private readonly Queue<Action> _inOrder = new();
    private readonly World _world;
    private readonly FaultPlan _plan;
    private readonly LinkOptions _options;
    private readonly Fault _loss;
    private readonly Fault _duplicate;
    private readonly Fault _reorder;
    private readonly Fault _corrupt;
    private readonly Fault _truncate;
    private readonly Fault _refuse;
    private readonly Fault _outage;
    private long _lastArrival;
    private long _downUntil;

    public NetworkLink(World world, FaultPlan plan, LinkOptions options)
    {
        options.Validate();
        _world = world;
        _plan = plan;
        _options = options;
        _loss = plan.Get("network.loss", options.Loss);
        _duplicate = plan.Get("network.duplicate", options.Duplicate);
        _reorder = plan.Get("network.reorder", options.Reorder);
        _corrupt = plan.Get("network.corrupt", options.Corrupt);
        _truncate = plan.Get("network.truncate", options.Truncate);
        _refuse = plan.Get("network.refuse", options.Refuse);
        _outage = plan.Get("network.outage", options.Outage);
    }

    /// <summary>Whether the test has cut the way.</summary>
    public bool IsCut { get; set; }

    /// <summary>Sends a datagram on its way.</summary>
    /// <param name="payload">Nobody else's: it may be changed.</param>
    /// <param name="arrive">Called when it, or a copy of it, arrives.</param>
    public void Carry(byte[] payload, Action<byte[]> arrive)
    {
        if (IsDown() || _loss.Fires())
        {
            return;
        }

        if (payload.Length > _options.Mtu && _truncate.Fires())
        {
            payload = payload[.._options.Mtu];
        }

        if (payload.Length > 0 && _corrupt.Fires())
        {
            payload[_plan.Amount(payload.Length)] ^= (byte)(1 + _plan.Amount(255));
        }

        Send(() => arrive(payload));
        if (_duplicate.Fires())
        {
            byte[] copy = [.. payload];
            Send(() => arrive(copy));
        }
    }

    /// <summary>Reports to the sender that nobody is there, if this network does so.</summary>
    public void Refuse(Action report)
    {
        if (!IsCut && _refuse.Fires())
        {
            Send(report);
        }
    }

    private bool IsDown()
    {
        if (_outage.Fires())
        {
            _downUntil = _world.Clock.Now + (ClockTime.Nanoseconds(_options.LongestOutage) / OutageSteps * (1 + _plan.Amount(OutageSteps)));
        }

        return IsCut || _world.Clock.Now < _downUntil;
    }

    private void Send(Action arrive)
    {
        var least = ClockTime.Nanoseconds(_options.MinimumLatency);
        var spread = ClockTime.Nanoseconds(_options.MaximumLatency) - least;
        var now = _world.Clock.Now;
        var arrival = now + (spread == 0 ? least : least + (spread / (LatencySteps - 1) * _plan.Amount(LatencySteps)));
        if (_reorder.Fires())
        {
            // Held back, and those that follow may pass it.
            After(arrival - now + ((1 + _plan.Amount(LatencySteps)) * Math.Max(spread, s_hold)), arrive);
            return;
        }

        // Each arrival takes the oldest: those that are due at the same time keep their order too.
        _lastArrival = Math.Max(_lastArrival, arrival);
        _inOrder.Enqueue(arrive);
        After(_lastArrival - now, () => _inOrder.Dequeue()());
    }

    private void After(long nanoseconds, Action arrive) => _world.Clock.CreateTimer(
        static arrive => ((Action)arrive!)(), arrive, ClockTime.Span(nanoseconds), Timeout.InfiniteTimeSpan);
}
