namespace Concurrency.Http;

/// <summary>The exchanges that Kestrel is waiting for, so that disposal can answer each of them.</summary>
/// <remarks>The links are inside the exchanges: adding and removing one allocates nothing.</remarks>
internal sealed class LiveExchanges
{
    private readonly Lock _lock = new();
    private ExchangeLink? _first;
    private int _count;

    public void Add(HttpExchange exchange)
    {
        var link = exchange.Link;
        lock (_lock)
        {
            link.Next = _first;
            _first?.Previous = link;
            _first = link;
            _count++;
        }
    }

    public void Remove(HttpExchange exchange)
    {
        var link = exchange.Link;
        lock (_lock)
        {
            if (link.Previous is null && !ReferenceEquals(_first, link))
            {
                return;
            }

            link.Next?.Previous = link.Previous;
            if (link.Previous is null)
            {
                _first = link.Next;
            }
            else
            {
                link.Previous.Next = link.Next;
            }

            link.Next = null;
            link.Previous = null;
            _count--;
        }
    }

    public HttpExchange[] ToArray()
    {
        lock (_lock)
        {
            var all = new HttpExchange[_count];
            var link = _first;
            for (var i = 0; i < all.Length; i++, link = link.Next)
            {
                all[i] = link!.Exchange;
            }

            return all;
        }
    }
}
