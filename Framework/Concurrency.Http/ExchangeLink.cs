namespace Concurrency.Http;

/// <summary>One exchange's place in the list of live ones.</summary>
internal sealed class ExchangeLink(HttpExchange exchange)
{
    public HttpExchange Exchange { get; } = exchange;

    public ExchangeLink? Next { get; set; }

    public ExchangeLink? Previous { get; set; }
}
