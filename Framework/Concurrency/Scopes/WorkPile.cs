using Concurrency.Channels;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Spawns work into a pool and gives the results in the order in which it was spawned.</summary>
/// <remarks>
/// <para>Many piles may share one pool, and then share its limit. Any number of tasks may spawn; one at a time may read, and it
/// need not be one of them: reading ends after <see cref="Complete"/>, when all results were read.</para>
/// <para>The failure of a piece of work comes out in its place, and reading can go on: call MoveNextAsync again, or read
/// <see cref="ReadOutcomes"/>, where failures are values. A reader that stops half way leaves the rest to the next one.
/// Members are safe to call from any thread.</para>
/// </remarks>
/// <typeparam name="T">The result of each piece of work.</typeparam>
public sealed class WorkPile<T> : IAsyncEnumerable<T>
{
    private readonly WorkPool _pool;
    private readonly BoundedChannel<SpawnedWork<T>> _spawned;
    private readonly Lock _gate = new();
    private int _readers;
    private int _spawning;
    private bool _complete;

    /// <summary>Makes a pile.</summary>
    /// <param name="pool">Where the work runs.</param>
    /// <param name="capacity">How many results may wait to be read before spawning waits, 1 or more. Without a limit the work can be spawned first and read afterwards.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1.</exception>
    public WorkPile(WorkPool pool, int capacity = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(pool);
        if (capacity < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity,
                $"A pile of the pool '{pool.Name}' cannot keep {capacity} results. Use 1 or more.");
        }

        _pool = pool;
        _spawned = BoundedChannel.Create<SpawnedWork<T>>(capacity);
    }

    /// <summary>How much work was spawned and its result not read.</summary>
    public int Count => _spawned.Reader.Count;

    /// <summary>Waits for a slot of the pool and starts work in it, and then for room in the pile if that has a capacity.</summary>
    /// <param name="name">Names the work in messages; need not be unique.</param>
    /// <param name="work">Receives a token that is cancelled when the work or the pool is told to stop.</param>
    /// <param name="cancellationToken">Ends the wait for a slot; the work does not run then, and nothing is added to the pile.</param>
    /// <exception cref="InvalidOperationException">The pile is complete.</exception>
    /// <exception cref="WorkStoppedException">The pool is stopped.</exception>
    public async ValueTask<SpawnedWork<T>> SpawnAsync(string name, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken = default)
    {
        Enter(name);
        try
        {
            var spawned = await _pool.SpawnAsync(name, work, cancellationToken).ConfigureAwait(Executor.Current is not null);
            // Without the token: the work runs, and its result belongs to the reader.
            await _spawned.Writer.WriteAsync(spawned, CancellationToken.None).ConfigureAwait(Executor.Current is not null);
            return spawned;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Says that no more work comes: readers end when they have read what is there, spawns that wait at this moment included.</summary>
    /// <returns>False if that was said before.</returns>
    public bool Complete()
    {
        lock (_gate)
        {
            if (_complete)
            {
                return false;
            }

            _complete = true;
        }

        CompleteIfIdle();
        return true;
    }

    /// <summary>Reads the results in the order in which the work was spawned.</summary>
    /// <exception cref="InvalidOperationException">Somebody else reads.</exception>
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        Claim();
        return new PileEnumerator<T, T>(_spawned.Reader, static outcome => outcome.Result, Release, cancellationToken);
    }

    /// <summary>The same with failures as values, so that a plain <c>await foreach</c> reads them all.</summary>
    public IAsyncEnumerable<TaskOutcome<T>> ReadOutcomes() => new Enumeration<TaskOutcome<T>>(cancellationToken =>
    {
        Claim();
        return new PileEnumerator<T, TaskOutcome<T>>(_spawned.Reader, static outcome => outcome, Release, cancellationToken);
    });

    private void Enter(string name)
    {
        lock (_gate)
        {
            if (_complete)
            {
                throw new InvalidOperationException($"The pile is complete and cannot spawn '{name}'. Call Complete after the last spawn.");
            }

            _spawning++;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            _spawning--;
        }

        CompleteIfIdle();
    }

    private void CompleteIfIdle()
    {
        lock (_gate)
        {
            if (!_complete || _spawning > 0)
            {
                return;
            }
        }

        _spawned.Writer.TryComplete();
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
