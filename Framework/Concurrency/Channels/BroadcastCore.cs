using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>The state of one broadcast: its subscribers, and the line in which its writers wait.</summary>
/// <remarks>
/// <para>An item is published under one gate, so that all subscribers get the items in one order; the gates of their channels are taken
/// inside it, one at a time, and never the other way round. Only the broadcast writes to these channels: room that was seen stays.</para>
/// <para>A writer that must wait takes the turn, which is a channel for one, with its line of waiting writers; nobody overtakes those in line.
/// It waits for room like any writer of the full channel, and is also woken when subscribers come or go. Who only asks whether there is room
/// takes no turn, so that no item is held up by a question: it waits until nobody is in line and there is room.</para>
/// </remarks>
internal sealed partial class BroadcastCore<T>(BroadcastRoute<T> route, bool waitsForSubscribers)
{
    private readonly BoundedChannel<bool> _turn = BoundedChannel.Create<bool>(1);

    // A channel's waits resume where they were made, whoever wakes them: without a reader, this one's only end by being woken.
    private readonly BoundedChannel<bool> _neverRead = BoundedChannel.Create<bool>(0);
    private SpinGate _gate;
    private BroadcastSubscription<T>[] _subscribers = [];
    private ChannelClosure? _closure;
    private List<CancellationTokenSource> _wakes = [];
    private T _latest = default!;
    private int _inLine;
    private int _itemsInLine;
    private int _number;
    private long _written;
    private long _unheard;
    private long _rejected;

    public BroadcastStatistics Statistics
    {
        get
        {
            using var scope = _gate.EnterScope();
            return new BroadcastStatistics
            {
                Written = _written,
                Unheard = _unheard,
                Rejected = _rejected,
                Subscribers = _subscribers.Length,
                WaitingWriters = _inLine,
            };
        }
    }

    /// <summary>The item that was published last; before that, what was given as the first.</summary>
    public T Latest
    {
        get
        {
            Interleaving.Touch(OperationKind.Read, this);
            using var scope = _gate.EnterScope();
            return _latest;
        }

        init => _latest = value;
    }

    public BroadcastSubscription<T> Subscribe(BoundedChannelPolicy policy, Action<T, DropCause>? onUndelivered, bool withLatest)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy.Capacity == 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(policy), policy.Capacity, "A subscriber of capacity 0 could only be given an item at the moment it waits for one. Give it room for at least one.");
        }

        if (policy.FullMode == ChannelFullMode.Wait && !waitsForSubscribers)
        {
            throw new ArgumentException(
                $"A subscriber with {ChannelFullMode.Wait} would make the writer wait when it is full, and this broadcast does not wait for its subscribers. Say what it loses ({ChannelFullMode.DropOldest}, {ChannelFullMode.DropNewest}, {ChannelFullMode.DropWrite}, {ChannelFullMode.Reject}), or make the broadcast with waitForSubscribers: true.",
                nameof(policy));
        }

        Interleaving.Touch(OperationKind.Write, this);
        var channel = BoundedChannel.Create(policy, onUndelivered);
        var subscription = Add(channel, withLatest, out var closure);
        WakeWriters();
        if (closure is not null)
        {
            channel.Writer.TryComplete(closure.Error);
        }

        return subscription;
    }

    /// <summary>Gives a subscriber nothing more; nothing happens if it was removed before.</summary>
    public void Remove(BroadcastSubscription<T> subscription)
    {
        Interleaving.Touch(OperationKind.Write, this);
        using (_gate.EnterScope())
        {
            _subscribers = Array.FindAll(_subscribers, one => one != subscription);
        }

        WakeWriters();
    }

    /// <summary>Takes no more items, and tells each subscriber so.</summary>
    /// <returns>False if it was closed before.</returns>
    public bool TryClose(Exception? error)
    {
        Interleaving.Touch(OperationKind.Complete, this);
        BroadcastSubscription<T>[] subscribers;
        using (_gate.EnterScope())
        {
            if (_closure is not null)
            {
                return false;
            }

            _closure = new ChannelClosure(error);
            subscribers = _subscribers;
        }

        foreach (var one in subscribers)
        {
            one.Writer.TryComplete(error);
        }

        WakeWriters();
        return true;
    }

    private BroadcastSubscription<T> Add(BoundedChannel<T> channel, bool withLatest, out ChannelClosure? closure)
    {
        using var scope = _gate.EnterScope();
        var subscription = new BroadcastSubscription<T>(this, channel) { Number = _number++ };
        closure = _closure;
        if (closure is null)
        {
            _subscribers = [.. _subscribers, subscription];
        }

        if (withLatest)
        {
            // Nobody knows the channel yet, so there is nobody to wake.
            channel.Writer.TryWrite(_latest);
        }

        return subscription;
    }

    /// <summary>Lets the writer whose turn it is, and those who ask for room, look again.</summary>
    private void WakeWriters()
    {
        List<CancellationTokenSource> wakes;
        using (_gate.EnterScope())
        {
            if (_wakes.Count == 0)
            {
                return;
            }

            wakes = _wakes;
            _wakes = [];
        }

        wakes.ForEach(CancelHere);
    }

    private BroadcastOutcome Publish(Letter letter, bool hasTurn, out Waiting waiting)
    {
        var settled = default(WaiterChain);
        List<(Drop<T> Drop, Action<T, DropCause> OnUndelivered)>? drops = null;
        BroadcastOutcome outcome;
        if (Interleaving.Applies)
        {
            TouchSubscribers();
        }

        using (_gate.EnterScope())
        {
            outcome = PublishLocked(letter, hasTurn, ref settled, ref drops, out waiting);
        }

        settled.Publish();
        if (drops is not null)
        {
            Report(drops);
        }

        return outcome;
    }

    private void TouchSubscribers()
    {
        foreach (var one in _subscribers)
        {
            Interleaving.Touch(OperationKind.Send, one.Core);
        }
    }

    private BroadcastOutcome PublishLocked(
        Letter letter,
        bool hasTurn,
        ref WaiterChain settled,
        ref List<(Drop<T> Drop, Action<T, DropCause> OnUndelivered)>? drops,
        out Waiting waiting)
    {
        waiting = default;
        if (_closure is not null)
        {
            return BroadcastOutcome.Closed;
        }

        var mustQueue = _itemsInLine != 0 && (!hasTurn || letter.Hash is null);
        ReadOnlySpan<BroadcastSubscription<T>> receivers = [];
        var outcome = mustQueue ? BroadcastOutcome.MustWait
            : _subscribers.Length == 0 ? BroadcastOutcome.Published
            : route.Choose(_subscribers, letter.Hash, out receivers);
        if (letter.Hash is null && outcome == BroadcastOutcome.Refused)
        {
            outcome = BroadcastOutcome.MustWait;
        }

        if (outcome == BroadcastOutcome.MustWait)
        {
            waiting = WaitLocked(letter, hasTurn, receivers);
        }
        else if (outcome == BroadcastOutcome.Refused)
        {
            _rejected++;
        }
        else if (letter.Hash is not null)
        {
            GiveLocked(letter.Item, receivers, ref settled, ref drops);
        }

        return outcome;
    }

    /// <summary>Notes that a writer waits, or, when it does and it is its turn, for what.</summary>
    private Waiting WaitLocked(Letter letter, bool hasTurn, ReadOnlySpan<BroadcastSubscription<T>> receivers)
    {
        if (!hasTurn)
        {
            CountInLine(letter, letter.MayWait ? 1 : 0);
            return default;
        }

        var waiting = new Waiting(receivers.ToArray(), new CancellationTokenSource());
        _wakes.Add(waiting.Wake);
        return waiting;
    }

    private void CountInLine(Letter letter, int change)
    {
        _inLine += change;
        _itemsInLine += letter.Hash is null ? 0 : change;
    }

    private void GiveLocked(
        T item,
        ReadOnlySpan<BroadcastSubscription<T>> receivers,
        ref WaiterChain settled,
        ref List<(Drop<T> Drop, Action<T, DropCause> OnUndelivered)>? drops)
    {
        _written++;
        _unheard += receivers.IsEmpty ? 1 : 0;
        _latest = item;
        var after = new AfterGate { Settled = settled };
        foreach (var one in receivers)
        {
            var core = one.Core;
            var drop = default(Drop<T>);
            core.Enter();
            try
            {
                if (core.PutOrDropLocked(item, ref after, ref drop) == PutOutcome.Full)
                {
                    core.Counts.Rejected++;
                }
            }
            finally
            {
                core.Exit();
            }

            if (!drop.IsNothing && core.OnUndelivered is { } onUndelivered)
            {
                (drops ??= []).Add((drop, onUndelivered));
            }
        }

        settled = after.Settled;
    }

    private static void Report(List<(Drop<T> Drop, Action<T, DropCause> OnUndelivered)> drops)
    {
        List<Exception>? errors = null;
        foreach (var (drop, onUndelivered) in drops)
        {
            try
            {
                drop.Report(onUndelivered);
            }
            catch (Exception error) when (drops.Count > 1)
            {
                (errors ??= []).Add(error);
            }
        }

        if (errors is not null)
        {
            throw new AggregateException("The callbacks for undelivered items failed; every other subscriber was served.", errors);
        }
    }

    /// <summary>What is to be published; without a hash it only asks whether something could be.</summary>
    private readonly record struct Letter(T Item, int? Hash, bool MayWait);

    /// <summary>For whose room the writer waits whose turn it is, and what wakes it when subscribers come or go.</summary>
    private readonly record struct Waiting(BroadcastSubscription<T>[] Receivers, CancellationTokenSource Wake);
}
