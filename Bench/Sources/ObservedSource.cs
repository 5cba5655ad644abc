using Concurrency.Executors;
using Concurrency.Patterns;
using Concurrency.Sources;

namespace Concurrency.Bench.Sources;

/// <summary>Our way: a source and its component on one cooperative executor.</summary>
internal sealed class ObservedSource<T>(IEventSource<T> source) : IAsyncDisposable
{
    private readonly CooperativeExecutor _executor = new("bench");
    private Component? _component;

    public async Task StartAsync(Action<T> handle)
    {
        await source.StartAsync(_executor);
        _component = source.Events.InvokeOn(_executor, (item, _) => handle(item));
    }

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        if (_component is not null)
        {
            await _component.Completion;
        }

        await _executor.DisposeAsync();
    }
}
