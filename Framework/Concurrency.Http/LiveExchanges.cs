namespace Concurrency.Http;

/// <summary>The exchanges that Kestrel is waiting for, so that disposal can answer each of them.</summary>
/// <remarks>The links are inside the exchanges: adding and removing one allocates nothing.</remarks>
internal sealed class LiveExchanges
{
    private readonly Lock _lock = new();
    private ExchangeCore? _first;
    private int _count;

    public void Add(ExchangeCore exchange)
    {
        lock (_lock)
        {
            exchange.NextLive = _first;
            _first?.PreviousLive = exchange;
            _first = exchange;
            _count++;
        }
    }

    /// <summary>Removes an exchange that was added and not removed before.</summary>
    public void Remove(ExchangeCore exchange)
    {
        lock (_lock)
        {
            exchange.NextLive?.PreviousLive = exchange.PreviousLive;
            if (exchange.PreviousLive is { } previous)
            {
                previous.NextLive = exchange.NextLive;
            }
            else
            {
                _first = exchange.NextLive;
            }

            exchange.NextLive = null;
            exchange.PreviousLive = null;
            _count--;
        }
    }

    public ExchangeCore[] ToArray()
    {
        lock (_lock)
        {
            var all = new ExchangeCore[_count];
            var exchange = _first;
            for (var i = 0; i < all.Length; i++, exchange = exchange!.NextLive)
            {
                all[i] = exchange!;
            }

            return all;
        }
    }
}
