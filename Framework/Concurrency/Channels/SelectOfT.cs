using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>A choice between several readers, made once and taken from again and again; each take takes exactly one item.</summary>
/// <remarks>
/// <para>When all readers belong to a <see cref="BoundedChannel{T}"/>, the choice is atomic: the select waits in the queues of all of
/// them, first come first served among the other readers, the first writer hands it an item, and it leaves the other queues in O(1).
/// A take that is cancelled or times out has taken nothing.</para>
/// <para>With a reader of another kind among them it is best effort: it waits with <c>WaitToReadAsync</c> on each, cancels and
/// observes the waits that lost, and takes with <c>TryRead</c>; still one item exactly, but another reader may be faster, and then it
/// waits again. Such a reader must honour the token.</para>
/// <para>Readers that have completed are left out. One take at a time; add all readers before the first.</para>
/// </remarks>
public sealed class Select<TResult>
{
    private readonly List<SelectCase<TResult>> _cases = [];
    private readonly SelectOrder _order;
    private bool _allOwn = true;
    private int _start;
    private int _busy;
    private SelectWaiter? _waiter;
    private TimeSpan? _timeout;
    private Func<TResult>? _onTimeout;
    private TimeProvider? _timeProvider;

    /// <summary>Makes a choice without readers; add them with <see cref="On"/>.</summary>
    /// <param name="order">Which reader is preferred when several have an item.</param>
    /// <param name="start">With <see cref="SelectOrder.Fair"/>: the position of the reader that is asked first by the first take; 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The order is not defined, or the start is negative.</exception>
    public Select(SelectOrder order = SelectOrder.Fair, int start = 0)
    {
        if (order is not (SelectOrder.Fair or SelectOrder.Prioritised))
        {
            throw new ArgumentOutOfRangeException(nameof(order), order, $"There is no select order {(int)order}. Use a member of {nameof(SelectOrder)}.");
        }

        Given.AtLeast(start, 0, "The reader that a select begins with");
        _order = order;
        _start = start;
    }

    /// <summary>Adds a reader.</summary>
    /// <param name="reader">May be added once only, or its channel's order of readers would mean nothing.</param>
    /// <param name="convert">Turns an item into the result, on the taker's executor; what it throws reaches the taker, and the item is gone.</param>
    /// <returns>This choice.</returns>
    public Select<TResult> On<T>(ChannelReader<T> reader, Func<T, TResult> convert)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(convert);
        var added = new SelectCase<T, TResult>(reader, convert, _cases.Count);
        _cases.Add(added);
        _allOwn &= added.IsOwn;
        return this;
    }

    /// <summary>Lets a take end with a result of its own when no reader has had an item in time.</summary>
    /// <param name="timeout">How long a take waits at most: 0 or more, up to 49 days.</param>
    /// <param name="result">Makes the result.</param>
    /// <param name="timeProvider">The clock; by default that of the executor on which the take begins, or the system's.</param>
    /// <returns>This choice.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative or too long.</exception>
    public Select<TResult> OnTimeout(TimeSpan timeout, Func<TResult> result, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (timeout < TimeSpan.Zero || timeout > TimeSpan.FromMilliseconds(uint.MaxValue - 1))
        {
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout,
                $"A select cannot wait for {timeout}. Use zero up to 49 days, or no timeout at all.");
        }

        _timeout = timeout;
        _onTimeout = result;
        _timeProvider = timeProvider;
        return this;
    }

    /// <summary>Takes one item if one of the readers has one now.</summary>
    /// <returns>Whether an item was taken.</returns>
    /// <exception cref="InvalidOperationException">There is no reader, or another take is under way.</exception>
    public bool TryTake([MaybeNullWhen(false)] out TResult result)
    {
        BeginTake();
        try
        {
            var taken = TakeNow(NextStart());
            result = taken >= 0 ? _cases[taken].Convert() : default;
            return taken >= 0;
        }
        finally
        {
            EndTake();
        }
    }

    /// <summary>Takes exactly one item from one of the readers, waiting until there is one.</summary>
    /// <param name="cancellationToken">Ends the wait; a cancelled take has taken nothing.</param>
    /// <exception cref="ChannelClosedException">All readers have completed, or one has failed.</exception>
    /// <exception cref="InvalidOperationException">There is no reader, or another take is under way.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TResult> TakeAsync(CancellationToken cancellationToken = default)
    {
        Interleaving.Watch(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        BeginTake();
        try
        {
            if (Interleaving.Applies)
            {
                await Interleaving.PointAsync(OperationKind.Receive, this).ConfigureAwait(Executor.Current is not null);
            }

            var start = NextStart();
            var taken = TakeNow(start);
            if (taken < 0)
            {
                var wait = _allOwn ? WaitInQueuesAsync(start, cancellationToken) : WaitAndTryAsync(start, cancellationToken);
                taken = await wait.ConfigureAwait(Executor.Current is not null);
            }

            Interleaving.TookCase(this, taken, _cases.Count);
            return taken switch
            {
                SelectWaiter.TimedOut => _onTimeout!(),
                SelectWaiter.AllCompleted => throw new ChannelClosedException("All readers of the select have completed."),
                _ => _cases[taken].Convert(),
            };
        }
        finally
        {
            EndTake();
        }
    }

    private void BeginTake()
    {
        if (_cases.Count == 0)
        {
            throw new InvalidOperationException("A select has no reader and would never end. Add one with On before taking.");
        }

        Interleaving.See(OperationKind.Write, this);
        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            throw new InvalidOperationException("A take began while another one of the same select was under way. Await it first, or make a select for each consumer.");
        }
    }

    private void EndTake()
    {
        Interleaving.See(OperationKind.Write, this);
        Volatile.Write(ref _busy, 0);
    }

    private int NextStart()
    {
        if (_order == SelectOrder.Prioritised)
        {
            return 0;
        }

        var start = Interleaving.Choose(_cases.Count, _start % _cases.Count);
        _start = start + 1;
        return start;
    }

    /// <summary>Asks each reader once.</summary>
    /// <returns>The index of the case that has an item, or -1.</returns>
    private int TakeNow(int start)
    {
        for (var i = 0; i < _cases.Count; i++)
        {
            var index = (start + i) % _cases.Count;
            if (_cases[index].TryTake())
            {
                return index;
            }
        }

        return -1;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitInQueuesAsync(int start, CancellationToken cancellationToken)
    {
        var waiter = _waiter is { IsReusable: true } idle ? idle : new SelectWaiter();
        _waiter = waiter;
        waiter.Begin(_cases.Count);
        ITimer? timer = null;
        try
        {
            if (_timeout is { } timeout)
            {
                // A timer may still fire after it was disposed of: this waiter is not used again.
                _waiter = null;
                timer = Clock().CreateTimer(static state => ((SelectWaiter)state!).TimeOut(), waiter, timeout, Timeout.InfiniteTimeSpan);
            }

            EnterQueues(waiter, start);
            waiter.CancelWith(cancellationToken);
            if (Interleaving.Applies)
            {
                return await Interleaving.ParkAsync(OperationKind.Receive, this, waiter.Pending).ConfigureAwait(Executor.Current is not null);
            }

            return await waiter.Pending.ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            foreach (var one in _cases)
            {
                one.Leave();
            }

            timer?.Dispose();
        }
    }

    private void EnterQueues(SelectWaiter waiter, int start)
    {
        for (var i = 0; i < _cases.Count; i++)
        {
            switch (_cases[(start + i) % _cases.Count].Enter(waiter))
            {
                case SelectEntry.Taken:
                case SelectEntry.Closed:
                    waiter.Publish();
                    return;
                case SelectEntry.Decided:
                    return;
            }
        }
    }

    private async ValueTask<int> WaitAndTryAsync(int start, CancellationToken cancellationToken)
    {
        using var timeout = _timeout is { } time ? new CancellationTokenSource(time, Clock()) : new CancellationTokenSource();
        while (true)
        {
            if (_cases.TrueForAll(static one => one.IsCompleted))
            {
                return SelectWaiter.AllCompleted;
            }

            await WaitForAnyAsync(timeout.Token, cancellationToken).ConfigureAwait(Executor.Current is not null);
            cancellationToken.ThrowIfCancellationRequested();
            var taken = TakeNow(start);
            if (taken >= 0)
            {
                return taken;
            }

            if (timeout.IsCancellationRequested)
            {
                return SelectWaiter.TimedOut;
            }
        }
    }

    private async Task WaitForAnyAsync(CancellationToken timeout, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout, cancellationToken);
        var waits = new List<Task>(_cases.Count);
        foreach (var one in _cases)
        {
            if (!one.IsCompleted)
            {
                waits.Add(one.WaitAsync(stop.Token));
            }
        }

        await Task.WhenAny(waits).ConfigureAwait(Executor.Current is not null);
        CancelHere(stop);
        try
        {
            await Task.WhenAll(waits).ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException)
        {
            // The waits that lost, as asked for. A failed reader throws something else.
        }
    }

    /// <summary>Cancels in this turn: CancelAsync would run the callbacks on the thread pool, off the executor.</summary>
    private static void CancelHere(CancellationTokenSource stop) => stop.Cancel();

    private TimeProvider Clock() => _timeProvider ?? Executor.Current?.TimeProvider ?? TimeProvider.System;
}
