using System.Net;
using System.Net.Sockets;
using Concurrency.Execution;

namespace Concurrency.Sources.Udp;

/// <summary>Everywhere: one datagram at a time through <see cref="Socket"/>.</summary>
internal sealed class SocketReceiver(Socket socket, int datagramSize) : DatagramReceiver
{
    // One byte more than allowed: a datagram that fills it was longer than allowed.
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(datagramSize + 1, pinned: true);
    private readonly SocketAddress _from = socket.LocalEndPoint!.Serialize();
    private int _length = -1;

    public override int BatchSize => 1;

    public override int Held => _length < 0 ? 0 : 1;

    public override int TryReceive(int max) => Held;

    public override async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            _length = await socket.ReceiveFromAsync(_buffer, SocketFlags.None, _from, cancellationToken)
                .ConfigureAwait(Executor.Current is not null);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.MessageSize)
        {
            // Windows reports truncation so, with the beginning in the buffer.
            _length = _buffer.Length;
        }
    }

    public override void CopyTo(DatagramSlot slot, int index)
    {
        slot.Fill(_buffer.AsSpan(0, Math.Min(_length, datagramSize)), _from.Buffer.Span[.._from.Size], _length > datagramSize);
        _length = -1;
    }

    public override void Dispose()
    {
    }
}
