using System.Runtime.InteropServices;
using Concurrency.Sources.Signals;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Faults;

namespace Concurrency.Testing.Simulated;

/// <summary>The signals that a simulated process gets, with the rules of the kernel.</summary>
/// <remarks>
/// A standard signal that is pending already is merged with another of its kind; real-time signals are counted. A signal comes at
/// any time after it was sent, and on <see cref="FaultLevel.Swarm"/> also late, or twice as when a user is impatient.
/// For the simulation's thread only.
/// </remarks>
public sealed class SimulatedSignals
{
    private const int DelaySteps = 16;
    private static readonly TimeSpan s_delayStep = TimeSpan.FromMilliseconds(50);

    private readonly World _world;
    private readonly FaultPlan _plan;
    private readonly Fault _late;
    private readonly Fault _twice;
    private readonly Route _route = new();
    private readonly HashSet<int> _pending = [];
    private readonly List<PosixSignal> _untaken = [];

    internal SimulatedSignals(World world, FaultPlan plan)
    {
        _world = world;
        _plan = plan;
        _late = plan.Get("signals.late");
        _twice = plan.Get("signals.twice");
    }

    /// <summary>How many standard signals were merged into one that was pending.</summary>
    public long Merged { get; private set; }

    /// <summary>Signals that came when no source took them: each would have had its default action, which often ends the process.</summary>
    public IReadOnlyList<PosixSignal> Untaken => _untaken;

    /// <summary>Makes a source of some signals: the real <see cref="SignalSource"/>, for signals of this simulation.</summary>
    /// <inheritdoc cref="SignalSource(PosixSignal[])"/>
    public SignalSource CreateSource(params PosixSignal[] signals) => CreateSource(signals, new SignalSourceOptions());

    /// <summary>Makes a source of some signals with options.</summary>
    /// <inheritdoc cref="SignalSource(PosixSignal[])"/>
    public SignalSource CreateSource(IEnumerable<PosixSignal> signals, SignalSourceOptions options) => new(signals, options, _route);

    /// <summary>Sends the simulated process a signal.</summary>
    /// <exception cref="ArgumentException">It is one that a program cannot take.</exception>
    public void Send(PosixSignal signal)
    {
        var number = SignalNumbers.Checked(signal);
        Send(number, _late.Fires() ? Delay() : TimeSpan.Zero);
        if (!SignalNumbers.IsRealTime(number) && _twice.Fires())
        {
            // Later than the first one: it may come before, while or after the first one is handled.
            After(Delay(), () => Send(number, TimeSpan.Zero));
        }
    }

    private TimeSpan Delay() => s_delayStep * (1 + _plan.Amount(DelaySteps));

    private void Send(int number, TimeSpan delay)
    {
        if (!SignalNumbers.IsRealTime(number) && !_pending.Add(number))
        {
            Merged++;
            return;
        }

        After(delay, () => Deliver(number));
    }

    private void Deliver(int number)
    {
        _pending.Remove(number);
        if (!_route.Record(number))
        {
            _untaken.Add(SignalNumbers.SignalOf(number));
        }
    }

    private void After(TimeSpan delay, Action action) => _world.Clock.CreateTimer(
        static action => ((Action)action!)(), action, delay, Timeout.InfiniteTimeSpan);

    private sealed class Route : SignalRoute
    {
        private readonly List<(SignalInbox Inbox, int[] Numbers)> _takers = [];

        public override SignalDelivery Delivery => SignalDelivery.SignalThread;

        public override ValueTask TestAsync() => default;

        public override void Add(SignalInbox inbox, int[] numbers) => _takers.Add((inbox, numbers));

        public override void Remove(SignalInbox inbox, int[] numbers) => _takers.RemoveAll(taker => taker.Inbox == inbox);

        public bool Record(int number)
        {
            var taken = false;
            foreach (var (inbox, numbers) in _takers.ToArray())
            {
                taken |= numbers.Contains(number) && inbox.Record(number);
            }

            return taken;
        }
    }
}
