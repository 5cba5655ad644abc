using Concurrency.Execution;
using Concurrency.Executors;
using Microsoft.Extensions.Logging;

namespace Concurrency.Services.Components;

/// <summary>Makes the executors that the components of a host ask for, and ends them after the components.</summary>
internal sealed class HostExecutors : IAsyncDisposable
{
    private readonly ExecutorRegistry _registry;

    public HostExecutors(IEnumerable<ExecutorRegistration> named, ILoggerFactory loggers, TimeProvider clock, ExecutorRegistry? registry = null)
    {
        _registry = registry ?? new ExecutorRegistry(new ExecutorOptions
        {
            Logger = loggers.CreateLogger("Concurrency.Executors"),
            TimeProvider = clock,
        });
        // The word alone means the one loop that all share; with settings it is a loop of the component's own.
        _registry.Define("cooperative", ExecutorSpec.Parse("cooperative"));
        foreach (var (name, specification) in named)
        {
            _registry.Define(name, ExecutorSpec.Parse(specification));
        }
    }

    public IReadOnlyList<Executor> All => _registry.Created;

    /// <summary>The executor for a component: a shared one by name, or one of its own by specification.</summary>
    public Executor For(string component, string executor)
    {
        try
        {
            return _registry.Resolve(component, executor);
        }
        catch (FormatException error)
        {
            throw new InvalidOperationException($"The component '{component}' cannot run on the executor '{executor}'. {error.Message}", error);
        }
    }

    public ValueTask DisposeAsync() => _registry.DisposeAsync();
}
