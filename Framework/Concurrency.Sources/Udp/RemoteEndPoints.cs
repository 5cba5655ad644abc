using System.Net;

namespace Concurrency.Sources.Udp;

/// <summary>Remembers the endpoints of recent senders, so that naming one allocates only the first time.</summary>
internal sealed class RemoteEndPoints(IPEndPoint template)
{
    private readonly Sender?[] _recent = new Sender?[256];

    /// <summary>Reads an address; from any thread.</summary>
    public IPEndPoint Of(SocketAddress address)
    {
        ref var place = ref _recent[address.GetHashCode() & (_recent.Length - 1)];
        if (Volatile.Read(ref place) is { } known && known.Address.Equals(address))
        {
            return known.EndPoint;
        }

        var copy = new SocketAddress(address.Family, address.Size);
        address.Buffer.Span[..address.Size].CopyTo(copy.Buffer.Span);
        var sender = new Sender(copy, (IPEndPoint)template.Create(copy));
        Volatile.Write(ref place, sender);
        return sender.EndPoint;
    }

    private sealed record Sender(SocketAddress Address, IPEndPoint EndPoint);
}
