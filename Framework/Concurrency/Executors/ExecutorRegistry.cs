using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Hands executors to components by name, shared or exclusive, and disposes them in the reverse order of their creation.</summary>
/// <remarks>Thread-safe. An executor that is only defined costs nothing: it is made when it is asked for.</remarks>
public sealed class ExecutorRegistry : IAsyncDisposable
{
    /// <summary>The name under which there is always an executor.</summary>
    public const string DefaultName = "default";

    private readonly QuietLock _gate = new();
    private readonly ExecutorOptions? _common;
    private readonly Func<string, ExecutorSpec, Executor>? _factory;
    private readonly SortedDictionary<string, ExecutorSpec> _specs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Executor> _byName = new(StringComparer.Ordinal);
    private readonly List<Executor> _created = [];
    private Task? _disposal;

    /// <summary>Makes an empty registry.</summary>
    /// <param name="common">Clock, logger, handlers and times of every executor that it makes; null means the defaults.</param>
    public ExecutorRegistry(ExecutorOptions? common = null)
    {
        _common = common;
    }

    /// <summary>Makes a registry whose executors somebody else makes, as a simulation does.</summary>
    internal ExecutorRegistry(ExecutorOptions common, Func<string, ExecutorSpec, Executor> create)
        : this(common)
    {
        _factory = create;
    }

    /// <summary>The names that are defined.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            using (_gate.EnterScope())
            {
                return [.. _specs.Keys];
            }
        }
    }

    /// <summary>The executors that were made, in the order of their creation.</summary>
    public IReadOnlyList<Executor> Created
    {
        get
        {
            using (_gate.EnterScope())
            {
                return [.. _created];
            }
        }
    }

    private void ThrowIfDisposedLocked(string name)
    {
        if (_disposal is not null)
        {
            throw new ObjectDisposedException(
                nameof(ExecutorRegistry), $"The registry was disposed and has no executor '{name}' any more. Dispose it after its last user has ended.");
        }
    }

    /// <summary>Defines a shared executor.</summary>
    /// <exception cref="ArgumentException">The name is defined already.</exception>
    public void Define(string name, ExecutorSpec spec)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(spec);
        using (_gate.EnterScope())
        {
            ThrowIfDisposedLocked(name);
            if (!_specs.TryAdd(name, spec))
            {
                throw new ArgumentException($"The executor '{name}' is defined already, as '{_specs[name]}'. Choose another name.", nameof(name));
            }
        }
    }

    /// <summary>The shared executor of that name, made on first use.</summary>
    /// <param name="name">A name that was defined, or <see cref="DefaultName"/>: unless that was defined, the environment variable
    /// <see cref="ExecutorSpec.EnvironmentVariable"/> says what it is, and otherwise it is cooperative.</param>
    /// <exception cref="FormatException">The default is asked for, and the environment variable does not hold a spec.</exception>
    /// <exception cref="KeyNotFoundException">The name is not defined; the message lists those that are.</exception>
    public Executor Get(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        using (_gate.EnterScope())
        {
            ThrowIfDisposedLocked(name);
            if (_byName.TryGetValue(name, out var executor))
            {
                return executor;
            }

            if (!_specs.TryGetValue(name, out var spec))
            {
                spec = name == DefaultName ? ExecutorSpec.FromEnvironment() ?? new ExecutorSpec(ExecutorKind.Cooperative) : null;
            }

            if (spec is null)
            {
                throw new KeyNotFoundException($"The executor '{name}' is not defined. Defined are: {Known()}.");
            }

            executor = Create(name, spec);
            _byName.Add(name, executor);
            return executor;
        }
    }

    /// <summary>Makes an executor for one component alone.</summary>
    /// <param name="name">The name of the executor, usually that of the component; it need not be unique.</param>
    /// <param name="spec">What to make.</param>
    public Executor CreateExclusive(string name, ExecutorSpec spec)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(spec);
        using (_gate.EnterScope())
        {
            ThrowIfDisposedLocked(name);
            return Create(name, spec);
        }
    }

    /// <summary>What configuration says about a component: the name of a shared executor, or the spec of an exclusive one.</summary>
    /// <param name="component">The name of the component, which an exclusive executor gets.</param>
    /// <param name="nameOrSpec">A name given to <see cref="Define"/>, or a text that <see cref="ExecutorSpec.Parse"/> reads.</param>
    /// <exception cref="FormatException">It is neither; the message says what is allowed and which names are defined.</exception>
    public Executor Resolve(string component, string nameOrSpec)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(component);
        ArgumentNullException.ThrowIfNull(nameOrSpec);
        using (_gate.EnterScope())
        {
            if (nameOrSpec == DefaultName || _specs.ContainsKey(nameOrSpec))
            {
                return Get(nameOrSpec);
            }

            if (!ExecutorSpec.TryParse(nameOrSpec, out var spec, out var error))
            {
                throw new FormatException($"{error} Defined executors: {Known()}.");
            }

            return CreateExclusive(component, spec);
        }
    }

    /// <summary>Disposes every executor that was made, the last one first; goes on when one fails and throws at the end.</summary>
    public ValueTask DisposeAsync()
    {
        var ended = new TaskCompletionSource(Interleaving.CompletionOptions);
        Executor[] created;
        using (_gate.EnterScope())
        {
            if (_disposal is not null)
            {
                return new ValueTask(_disposal);
            }

            _disposal = ended.Task;
            created = [.. _created];
        }

        _ = DisposeAllAsync(created, ended);
        return new ValueTask(ended.Task);
    }

    private static async Task DisposeAllAsync(Executor[] created, TaskCompletionSource ended)
    {
        List<Exception>? errors = null;
        foreach (var executor in created.Reverse())
        {
            try
            {
                await executor.DisposeAsync().ConfigureAwait(Executor.Current is not null);
            }
            catch (Exception error)
            {
                (errors ??= []).Add(error);
            }
        }

        if (errors is null)
        {
            ended.SetResult();
        }
        else
        {
            ended.SetException(new AggregateException("Some executors could not be disposed.", errors));
        }
    }

    private Executor Create(string name, ExecutorSpec spec)
    {
        var executor = _factory?.Invoke(name, spec) ?? spec.Create(name, _common);
        _created.Add(executor);
        return executor;
    }

    private string Known() => _specs.Count == 0 ? "none" : string.Join(", ", _specs.Keys);
}
