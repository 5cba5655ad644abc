using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Spawns work into a pool and gives the results in the order in which it was spawned.</summary>
/// <remarks>
/// <para>Many piles may share one pool, and then share its limit. Any number of tasks may spawn; one at a time may read, and it
/// need not be one of them: reading ends after <see cref="Complete"/>, when all results were read.</para>
/// <para>The place of a result is fixed by the call of <see cref="SpawnAsync"/>, not by when a slot was free. The failure of a
/// piece of work comes out in its place, and reading can go on: call MoveNextAsync again, or read
/// <see cref="ReadOutcomes"/>, where failures are values. A reader that stops half way leaves the rest to the next one.
/// Members are safe to call from any thread.</para>
/// </remarks>
/// <typeparam name="T">The result of each piece of work.</typeparam>
public sealed class WorkPile<T> : IAsyncEnumerable<T>
{
    private readonly WorkPool _pool;
    private readonly PileLine<T> _line;
    private int _readers;

    /// <summary>Makes a pile.</summary>
    /// <param name="pool">Where the work runs.</param>
    /// <param name="capacity">
    /// How much work may be spawned and not read before spawning waits, 1 or more. The default is 65536: so much can be
    /// spawned first and read afterwards.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1.</exception>
    public WorkPile(WorkPool pool, int capacity = 65_536)
    {
        ArgumentNullException.ThrowIfNull(pool);
        if (capacity < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity,
                $"A pile of the pool '{pool.Name}' cannot keep {capacity} results. Use 1 or more.");
        }

        _pool = pool;
        _line = new PileLine<T>(capacity);
    }

    /// <summary>How much work was spawned and its result not read.</summary>
    public int Count => _line.Count;

    /// <summary>Waits for room in the pile, and then for a slot of the pool, and starts work in it.</summary>
    /// <param name="name">Names the work in messages; need not be unique.</param>
    /// <param name="work">Receives a token that is cancelled when the work or the pool is told to stop.</param>
    /// <param name="cancellationToken">Ends the wait; the work does not run then, and nothing is added to the pile.</param>
    /// <remarks>
    /// A member of the pool does not wait for room as long as the first place of the pile waits for a slot: that might be its own.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The pile is complete.</exception>
    /// <exception cref="WorkStoppedException">The pool is stopped.</exception>
    public async ValueTask<SpawnedWork<T>> SpawnAsync(string name, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken = default)
    {
        var place = _line.TryEnter(WorkFrame.IsMemberOf(_pool)) ?? throw new InvalidOperationException(
            $"The pile is complete and cannot spawn '{name}'. Call Complete after the last spawn.");
        try
        {
            if (place.Room is { } room)
            {
                await WaitForRoomAsync(room, cancellationToken).ConfigureAwait(Executor.Current is not null);
            }

            var spawned = await _pool.SpawnAsync(name, work, cancellationToken).ConfigureAwait(Executor.Current is not null);
            _line.Fill(place, spawned);
            return spawned;
        }
        catch
        {
            _line.Leave(place);
            throw;
        }
    }

    /// <summary>Says that no more work comes: readers end when they have read what is there, spawns that wait at this moment included.</summary>
    /// <returns>False if that was said before.</returns>
    public bool Complete() => _line.Complete();

    /// <summary>Reads the results in the order in which the work was spawned.</summary>
    /// <exception cref="InvalidOperationException">Somebody else reads.</exception>
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        Claim();
        return new PileEnumerator<T, T>(_line, static outcome => outcome.Result, Release, cancellationToken);
    }

    /// <summary>The same with failures as values, so that a plain <c>await foreach</c> reads them all.</summary>
    public IAsyncEnumerable<TaskOutcome<T>> ReadOutcomes() => new Enumeration<TaskOutcome<T>>(cancellationToken =>
    {
        Claim();
        return new PileEnumerator<T, TaskOutcome<T>>(_line, static outcome => outcome, Release, cancellationToken);
    });

    private async Task WaitForRoomAsync(TaskCompletionSource room, CancellationToken cancellationToken)
    {
        var caller = cancellationToken.UnsafeRegister(static (room, token) => ((TaskCompletionSource)room!).TrySetCanceled(token), room);
        // A pool that is stopped says so itself, to the spawn that follows.
        var stop = _pool.Stopping.UnsafeRegister(static room => ((TaskCompletionSource)room!).TrySetResult(), room);
        try
        {
            await room.Task.ConfigureAwait(Executor.Current is not null);
        }
        finally
        {
            caller.Unregister();
            stop.Unregister();
        }
    }

    private void Claim()
    {
        if (Interlocked.Exchange(ref _readers, 1) != 0)
        {
            throw new InvalidOperationException("The pile is being read. Dispose the other enumerator first, or use a pile for each reader.");
        }
    }

    private void Release() => Volatile.Write(ref _readers, 0);
}
