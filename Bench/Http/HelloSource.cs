using Concurrency.Executors;
using Concurrency.Http;
using Concurrency.Patterns;

namespace Concurrency.Bench.Http;

/// <summary>Our way: requests come through the source's channel to a handler on a cooperative executor.</summary>
internal sealed class HelloSource : IAsyncDisposable
{
    private readonly HttpSource _source = new();
    private readonly CooperativeExecutor _executor = new("http");
    private Component? _component;

    public int Port => _source.Endpoints[0].Port;

    public async Task StartAsync()
    {
        await _source.StartAsync(_executor);
        _component = _source.Events.RunOn(
            _executor,
            static async (HttpExchange exchange, CancellationToken _) => await exchange.RespondAsync(200, HelloReply.Body, HelloReply.ContentType),
            new ComponentOptions<HttpExchange> { Concurrency = 64 });
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        if (_component is not null)
        {
            await _component.Completion;
        }

        await _executor.DisposeAsync();
    }
}
