using Concurrency.Execution;
using Concurrency.Executors;
using Microsoft.Extensions.Logging;

namespace Concurrency.Services.Components;

/// <summary>Makes the executors that the components of a host ask for, and ends them after the components.</summary>
internal sealed class HostExecutors : IAsyncDisposable
{
    private const string Shared = "cooperative";

    private readonly ExecutorRegistry _registry;
    private readonly Dictionary<string, ExecutorSpec> _named = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Executor> _all = [];

    public HostExecutors(IEnumerable<ExecutorRegistration> named, ILoggerFactory loggers)
    {
        _registry = new ExecutorRegistry(loggers.CreateLogger("Concurrency.Executors"));
        foreach (var (name, specification) in named)
        {
            _named.Add(name, ExecutorSpec.Parse(specification));
        }
    }

    public IReadOnlyList<Executor> All => _all;

    /// <summary>The executor for a component: a shared one by name, or one of its own by specification.</summary>
    public Executor For(string component, string executor)
    {
        if (_named.TryGetValue(executor, out var named))
        {
            return GetOrAdd(executor, named);
        }

        var specification = Parse(component, executor);
        return specification.Equals(ExecutorSpec.Parse(Shared)) ? GetOrAdd(Shared, specification) : Add(component, specification);
    }

    public ValueTask DisposeAsync() => _registry.DisposeAsync();

    private ExecutorSpec Parse(string component, string executor)
    {
        try
        {
            return ExecutorSpec.Parse(executor);
        }
        catch (FormatException error)
        {
            var names = _named.Count == 0 ? "" : $" or one of the named executors {string.Join(", ", _named.Keys)}";
            throw new InvalidOperationException($"The component '{component}' cannot run on '{executor}'. {error.Message}{names}", error);
        }
    }

    private Executor GetOrAdd(string name, ExecutorSpec specification) =>
        _registry.TryGet(name, out var existing) ? existing : Add(name, specification);

    private Executor Add(string name, ExecutorSpec specification)
    {
        var executor = _registry.Add(name, specification);
        _all.Add(executor);
        return executor;
    }
}
