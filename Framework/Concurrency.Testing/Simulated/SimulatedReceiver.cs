using System.Net.Sockets;
using Concurrency.Sources.Udp;

namespace Concurrency.Testing.Simulated;

/// <summary>Takes datagrams from a simulated port for a UDP source.</summary>
internal sealed class SimulatedReceiver(SimulatedPort port, int datagramSize) : DatagramReceiver
{
    private readonly List<Arrival> _taken = [];

    public override int BatchSize => 32;

    public override int TryReceive(int max)
    {
        _taken.Clear();
        if (max > 0 && port.TryTake(out var first))
        {
            if (first.Error != SocketError.Success)
            {
                throw new SocketException((int)first.Error);
            }

            _taken.Add(first);
            while (_taken.Count < max && port.HasDatagram && port.TryTake(out var next))
            {
                _taken.Add(next);
            }
        }

        return _taken.Count;
    }

    public override ValueTask WaitAsync(CancellationToken cancellationToken) => port.WaitAsync(cancellationToken);

    public override void CopyTo(DatagramSlot slot, int index)
    {
        var (payload, from, _) = _taken[index];
        var address = from.Serialize();
        slot.Fill(payload.AsSpan(0, Math.Min(payload.Length, datagramSize)), address.Buffer.Span[..address.Size], payload.Length > datagramSize);
    }

    public override void Dispose()
    {
    }
}
