using System.Net.Sockets;
using Concurrency.Execution;
using Concurrency.Sources.Interop;

namespace Concurrency.Sources.Udp;

/// <summary>Linux: many datagrams per system call, readiness from the executor's own selector.</summary>
internal sealed class BatchReceiver(Socket socket, DescriptorReadiness readiness, int datagramSize) : DatagramReceiver
{
    private readonly ReceiveBatch _batch = new(count: 32, datagramSize);

    public override int BatchSize => _batch.Count;

    public override int TryReceive(int max) => _batch.Receive(socket.SafeHandle, max);

    public override ValueTask WaitAsync(CancellationToken cancellationToken) => readiness.WaitReadableAsync(cancellationToken);

    public override void CopyTo(DatagramSlot slot, int index) =>
        slot.Fill(_batch.Payload(index), _batch.Address(index), _batch.IsTruncated(index));

    public override void Dispose()
    {
        readiness.Dispose();
        _batch.Dispose();
    }
}
