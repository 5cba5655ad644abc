using System.Net;

namespace Concurrency.Sources.Udp;

/// <summary>Slots that wait to be used again; bounded, so that a burst does not keep its memory for ever.</summary>
internal sealed class DatagramPool(UdpPump pump, SocketAddress template, int capacity)
{
    private readonly Lock _lock = new();
    private readonly DatagramSlot[] _free = new DatagramSlot[capacity];
    private int _count;

    public UdpPump Pump { get; } = pump;

    /// <summary>Fills a span with slots that nobody else holds.</summary>
    public void Take(Span<DatagramSlot> slots)
    {
        int reused;
        lock (_lock)
        {
            reused = Math.Min(slots.Length, _count);
            _count -= reused;
            _free.AsSpan(_count, reused).CopyTo(slots);
            _free.AsSpan(_count, reused).Clear();
        }

        foreach (ref var slot in slots[reused..])
        {
            slot = new DatagramSlot(this, new SocketAddress(template.Family, template.Size));
        }
    }

    public void Return(DatagramSlot slot)
    {
        lock (_lock)
        {
            if (_count < _free.Length)
            {
                _free[_count++] = slot;
            }
        }
    }
}
