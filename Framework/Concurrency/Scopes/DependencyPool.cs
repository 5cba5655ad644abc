using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Concurrency.Coordination;
using Concurrency.Diagnostics;
using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Runs pieces of work that need each other's results: each has a key, begins at once, and receives what it depends on as it becomes ready.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the results.</typeparam>
/// <remarks>
/// <para>A dependency may be started later, or have its value posted. Circles are refused when they would be closed, also by work that
/// waits for other keys than its dependencies: what runs under its context counts as the work. Such a wait ends with the refusal,
/// also if work that is started later closes the circle; a wait for several keys, when none of them can come any more. What nobody will
/// ever start fails, instead of being waited for, as soon as <see cref="Complete"/> says so or the pool is disposed.</para>
/// <para>Failures are stored like values, as <see cref="DependencyFailedException"/>, and reach whoever waits for the key. Disposing the pool
/// cancels and awaits all that it has started. All members are safe to call from any thread.</para>
/// </remarks>
[DebuggerDisplay("{Name}: Running = {Running.Count}, Keys = {Keys.Count}")]
public sealed class DependencyPool<TKey, TValue> : IAsyncDisposable, ILiveObject
    where TKey : notnull
{
    private readonly DependencyPoolOptions _options;
    private readonly IEqualityComparer<TKey>? _comparer;
    private readonly DependencyBoard<TKey, TValue> _board;
    private readonly AsyncSemaphore? _slots;
    private readonly AsyncLocal<DependencyNode<TKey, TValue>?> _own = new();
    private int _isDisposed;

    /// <summary>Makes a pool.</summary>
    /// <param name="options">Name, limit and executor; null for the defaults.</param>
    /// <param name="preload">Values that are there from the start; copied.</param>
    /// <param name="comparer">Compares keys; null for their own equality.</param>
    public DependencyPool(
        DependencyPoolOptions? options = null, IEnumerable<KeyValuePair<TKey, TValue>>? preload = null, IEqualityComparer<TKey>? comparer = null)
    {
        _options = options ?? new DependencyPoolOptions();
        _options.ThrowIfInvalid();
        _comparer = comparer;
        _board = new DependencyBoard<TKey, TValue>(_options.Name, comparer);
        _slots = _options.MaximumConcurrency is { } limit ? new AsyncSemaphore(limit, limit) : null;
        foreach (var (key, value) in preload ?? [])
        {
            _board.Post(key, value, replace: false, poster: null);
        }

        LiveObjects.Add(this);
    }

    /// <summary>The name given in the options.</summary>
    public string Name => _options.Name;

    /// <summary>The keys that have a value or a failure at this moment.</summary>
    public IReadOnlyList<TKey> Keys => _board.Select(static node => node is { IsSettled: true, IsOnlyAskedFor: false }, static node => node.Key);

    /// <summary>The values that there are at this moment.</summary>
    public IReadOnlyDictionary<TKey, TValue> Items => ToDictionary(
        _board.Select(static node => node is { IsSettled: true, Failure: null }, static node => KeyValuePair.Create(node.Key, node.Value!)));

    /// <summary>The failures that there are at this moment.</summary>
    public IReadOnlyDictionary<TKey, DependencyFailedException> Failures => ToDictionary(
        _board.Select(static node => node.Failure is not null, static node => KeyValuePair.Create(node.Key, Seen(node))));

    /// <summary>The keys whose work was started and has not ended, those included that wait.</summary>
    public IReadOnlyList<TKey> Running => _board.Select(static node => node.IsRunning, static node => node.Key);

    /// <summary>The keys whose work has dependencies that are not ready, or waits for other keys.</summary>
    public IReadOnlyList<TKey> Waiting => _board.Select(static node => node.IsWaiting, static node => node.Key);

    string ILiveObject.Kind => "pool";

    ILiveObject? ILiveObject.Parent => null;

    /// <summary>The dependencies of a key's work that are not ready at this moment, and the other keys it waits for; empty if there are none, or the key is unknown.</summary>
    public IReadOnlyList<TKey> WaitingFor(TKey key) => _board.Find(key) is { } node
        ? _board.Look(node, static node => node.WaitsFor.Where(static d => !d.IsSettled).Distinct().Select(static d => d.Key).ToArray())
        : [];

    /// <summary>Starts work at once.</summary>
    /// <param name="key">Names the work and its result.</param>
    /// <param name="dependencies">What the work may wait for; keys that nobody has started yet are allowed.</param>
    /// <param name="work">Receives its key, the results of its dependencies as they become ready, and a token; returns its own result.</param>
    /// <exception cref="DependencyCollisionException">The key was started before, or has a value.</exception>
    /// <exception cref="DependencyCycleException">The work would wait for itself; the exception spells the circle out.</exception>
    /// <exception cref="InvalidOperationException">The pool was completed or disposed.</exception>
    public void Start(TKey key, IEnumerable<TKey> dependencies, Func<TKey, DependencyResults<TKey, TValue>, CancellationToken, Task<TValue>> work)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(dependencies);
        StartMany([KeyValuePair.Create(key, dependencies)], work);
    }

    /// <summary>Starts the same work for many keys: all of them or, with an exception, none.</summary>
    /// <param name="graph">The keys, each with what its work may wait for.</param>
    /// <param name="work">Receives its key, the results of its dependencies as they become ready, and a token; returns its own result.</param>
    /// <inheritdoc cref="Start"/>
    public void StartMany(
        IEnumerable<KeyValuePair<TKey, IEnumerable<TKey>>> graph, Func<TKey, DependencyResults<TKey, TValue>, CancellationToken, Task<TValue>> work)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(work);
        var plan = graph.Select(entry => (entry.Key, entry.Value.Distinct(_comparer).ToArray())).ToArray();
        if (plan.Length == 0)
        {
            return;
        }

        foreach (var node in _board.Begin(plan))
        {
            Launch(node, work);
        }
    }

    /// <summary>Gives a key a value without work. Work may post its own key ahead of its end: what it returns then is dropped.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value.</param>
    /// <param name="replace">Whether a value or failure that is there already is replaced; who has received it keeps it.</param>
    /// <exception cref="DependencyCollisionException">Other work is running for the key, or it has a value and is not to be replaced.</exception>
    /// <exception cref="InvalidOperationException">The pool was completed or disposed.</exception>
    public void Post(TKey key, TValue value, bool replace = false)
    {
        ArgumentNullException.ThrowIfNull(key);
        _board.Post(key, value, replace, _own.Value);
    }

    /// <summary>Says that nothing more will be started or posted: whoever waits for a key that nobody has started gets a failure.</summary>
    public void Complete() => _board.Close($"the pool '{Name}' was completed.");

    /// <summary>Waits for the value of a key.</summary>
    /// <param name="key">The key; it may be started later.</param>
    /// <param name="cancellationToken">Ends the wait, and nothing else.</param>
    /// <exception cref="DependencyFailedException">The work has failed (through the task).</exception>
    /// <exception cref="DependencyCycleException">Work of this pool would wait for itself (through the task).</exception>
    public async Task<TValue> GetAsync(TKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        await foreach (var result in EachAsync([key], null, cancellationToken).ConfigureAwait(Executor.Current is not null))
        {
            return result.Value;
        }

        throw new UnreachableException();
    }

    /// <summary>Looks for the value of a key without waiting.</summary>
    /// <returns>False if there is none yet, or a failure.</returns>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var (found, seen) = _board.Find(key) is { } node
            ? _board.Look(node, static node => (node is { IsSettled: true, Failure: null }, node.Value))
            : default;
        value = seen;
        return found;
    }

    /// <summary>Waits for the values of keys.</summary>
    /// <param name="keys">The keys; null for all that were started or have an outcome at this moment; asking for a key makes it none of them.</param>
    /// <param name="cancellationToken">Ends the wait, and nothing else.</param>
    /// <exception cref="DependencyFailedException">Work of one has failed, the first one in time (through the task).</exception>
    /// <exception cref="DependencyCycleException">Work of this pool would wait for itself (through the task).</exception>
    public async Task<IReadOnlyDictionary<TKey, TValue>> WaitAsync(IEnumerable<TKey>? keys = null, CancellationToken cancellationToken = default)
    {
        var all = NewDictionary<TValue>();
        await foreach (var (key, value) in EachAsync(OrAll(keys), null, cancellationToken).ConfigureAwait(Executor.Current is not null))
        {
            all.Add(key, value);
        }

        return all;
    }

    /// <summary>Yields values in the order in which they come; a failure is thrown in its turn.</summary>
    /// <param name="keys">The keys; null for all that were started or have an outcome at this moment; asking for a key makes it none of them.</param>
    /// <param name="cancellationToken">Ends the wait, and nothing else.</param>
    /// <exception cref="DependencyFailedException">Work has failed (through the enumeration).</exception>
    /// <exception cref="DependencyCycleException">Work of this pool would wait for itself (through the enumeration).</exception>
    public IAsyncEnumerable<KeyValuePair<TKey, TValue>> WaitEachAsync(IEnumerable<TKey>? keys = null, CancellationToken cancellationToken = default) =>
        EachAsync(OrAll(keys), null, cancellationToken);

    /// <summary>Yields values in the order in which they come, and skips failures.</summary>
    /// <param name="keys">The keys; null for all that were started or have an outcome at this moment; asking for a key makes it none of them.</param>
    /// <param name="cancellationToken">Ends the wait, and nothing else.</param>
    /// <exception cref="DependencyCycleException">Work of this pool would wait for itself (through the enumeration).</exception>
    public async IAsyncEnumerable<KeyValuePair<TKey, TValue>> WaitEachSuccessAsync(
        IEnumerable<TKey>? keys = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var node in _board.EachAsync(OrAll(keys), _own.Value, null, cancellationToken).ConfigureAwait(Executor.Current is not null))
        {
            if (_board.Look(node, static node => (IsGood: node.Failure is null, node.Value)) is (true, var value))
            {
                yield return KeyValuePair.Create(node.Key, value!);
            }
        }
    }

    /// <summary>Yields failures in the order in which they come, and skips values.</summary>
    /// <param name="keys">The keys; null for all that were started or have an outcome at this moment; asking for a key makes it none of them.</param>
    /// <param name="cancellationToken">Ends the wait, and nothing else.</param>
    /// <exception cref="DependencyCycleException">Work of this pool would wait for itself (through the enumeration).</exception>
    public async IAsyncEnumerable<KeyValuePair<TKey, DependencyFailedException>> WaitEachFailureAsync(
        IEnumerable<TKey>? keys = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var node in _board.EachAsync(OrAll(keys), _own.Value, null, cancellationToken).ConfigureAwait(Executor.Current is not null))
        {
            if (Outcome(node) is ({ } failure, _))
            {
                yield return KeyValuePair.Create(node.Key, failure);
            }
        }
    }

    /// <summary>Cancels the work of a key and waits until it has ended; work that waits for the key receives the failure, with the reason.</summary>
    /// <param name="key">The key.</param>
    /// <param name="reason">Why, as a sentence.</param>
    /// <returns>False if the work had ended before.</returns>
    /// <exception cref="KeyNotFoundException">No work of that key was started (through the task).</exception>
    /// <exception cref="InvalidOperationException">The work was to wait for its own end (through the task).</exception>
    public async Task<bool> StopAsync(TKey key, string reason)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (_board.Find(key) is not { } node || !_board.Look(node, static node => node.WasStarted))
        {
            throw new KeyNotFoundException($"No work of '{key}' was started in the pool '{Name}', so none can be stopped.");
        }

        if (ReferenceEquals(_own.Value, node))
        {
            throw new InvalidOperationException($"The work of '{key}' cannot wait for its own end. Throw an exception to end it.");
        }

        var wasRunning = _board.Look(node, node => node.IsRunning && (node.StopReason ??= reason) is not null);
        if (wasRunning)
        {
            Cancel(node);
            await node.Ended.Task.ConfigureAwait(Executor.Current is not null);
        }

        return wasRunning;
    }

    /// <summary>Cancels all work and waits until it has ended; ends waits for what was never started.</summary>
    /// <exception cref="InvalidOperationException">Work of this pool was to wait for its own end (through the task).</exception>
    public async ValueTask DisposeAsync()
    {
        if (_own.Value is { } own && _board.Look(own, static node => node.IsRunning))
        {
            throw new InvalidOperationException($"The work of '{own.Key}' cannot dispose the pool '{Name}', which would wait for its end. Let the owner of the pool dispose it.");
        }

        _board.Close($"the pool '{Name}' was disposed.");
        var running = _board.Select(static node => node.IsRunning, static node => node);
        foreach (var node in running)
        {
            _board.Look(node, node => node.StopReason ??= $"the pool '{Name}' was disposed.");
            Cancel(node);
        }

        foreach (var node in running)
        {
            await node.Ended.Task.ConfigureAwait(Executor.Current is not null);
        }

        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            LiveObjects.Remove(this);
            foreach (var (key, failure) in _board.Select(static node => node is { IsSeen: false, Failure: not null, StopReason: null, WasStarted: true }, static node => (node.Key, node.Failure!)))
            {
                _options.Logger.FailureUnseen(Name, $"{key}", failure);
            }
        }
    }

    void ILiveObject.Describe(LiveDetails details)
    {
        details.Add("running", Running.Count);
        details.Add("waiting", Waiting.Count);
        details.Add("ready", Keys.Count);
    }

    internal Dictionary<TKey, T> NewDictionary<T>() => new(_comparer);

    internal async IAsyncEnumerable<KeyValuePair<TKey, TValue>> EachAsync(
        IEnumerable<TKey> keys, DependencySlot? slot, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var node in _board.EachAsync(keys, slot is null ? _own.Value : null, slot, cancellationToken).ConfigureAwait(Executor.Current is not null))
        {
            var (failure, value) = Outcome(node);
            yield return failure is null ? KeyValuePair.Create(node.Key, value!) : throw failure;
        }
    }

    private static DependencyFailedException Seen(DependencyNode<TKey, TValue> node)
    {
        node.IsSeen = true;
        return node.Failure!;
    }

    private (DependencyFailedException? Failure, TValue? Value) Outcome(DependencyNode<TKey, TValue> node) =>
        _board.Look(node, static node => (node.Failure is null ? null : Seen(node), node.Value));

    private IEnumerable<TKey> OrAll(IEnumerable<TKey>? keys) => keys ?? _board.Select(static node => node is { IsOnlyAskedFor: false } and ({ WasStarted: true } or { IsSettled: true }), static node => node.Key);

    private Dictionary<TKey, T> ToDictionary<T>(List<KeyValuePair<TKey, T>> items) => new(items, _comparer);

    private void Launch(DependencyNode<TKey, TValue> node, Func<TKey, DependencyResults<TKey, TValue>, CancellationToken, Task<TValue>> work)
    {
        var token = node.Cancellation.Token;
        var run = (_options.Executor ?? Executor.Current) is { } executor
            ? executor.RunAsync(stopping => RunAsync(node, work, stopping), token)
            : Task.Factory.StartNew(() => RunAsync(node, work, token), token, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default).Unwrap();

        // What has run stores its own outcome; this is for work that was refused or cancelled before it began.
        _ = run.ContinueWith(
            ended => End(node, default, ended.Exception?.InnerException ?? new TaskCanceledException(ended)),
            CancellationToken.None,
            TaskContinuationOptions.NotOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task RunAsync(
        DependencyNode<TKey, TValue> node, Func<TKey, DependencyResults<TKey, TValue>, CancellationToken, Task<TValue>> work, CancellationToken stopping)
    {
        _own.Value = node;
        var slot = node.Slot = new DependencySlot(_slots, stopping);
        TValue? value = default;
        Exception? error = null;
        try
        {
            await slot.TakeAsync().ConfigureAwait(Executor.Current is not null);
            var results = new DependencyResults<TKey, TValue>(this, Array.ConvertAll(node.Dependencies!, static d => d.Key), slot, stopping);
            value = await Given.Task(work(node.Key, results, stopping), "DependencyPool.Start").ConfigureAwait(Executor.Current is not null);
        }
        catch (Exception failure)
        {
            error = failure;
        }

        slot.Release();
        End(node, value, error);
    }

    private void End(DependencyNode<TKey, TValue> node, TValue? value, Exception? error)
    {
        if (!_board.End(node, value, error) && error is not null)
        {
            _options.Logger.FailedAfterPost(Name, $"{node.Key}", error);
        }

        node.Ended.TrySetResult();
    }

    private void Cancel(DependencyNode<TKey, TValue> node)
    {
        try
        {
            node.Cancellation.Cancel();
        }
        catch (AggregateException failures)
        {
            _options.Logger.CancelFailed(Name, failures);
        }
    }
}
