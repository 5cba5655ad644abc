using System.Net;
using System.Net.Sockets;
using Concurrency.Sources.Udp;

namespace Concurrency.Sources.Tests.Udp;

/// <summary>Plays a script, one step per receive: a number is a datagram of that one byte, an error is thrown.</summary>
internal sealed class ScriptedReceiver(params object[] steps) : DatagramReceiver
{
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next;
    private byte _taken;

    /// <summary>Completes when the script is over and the pump waits for more.</summary>
    public Task Finished => _finished.Task;

    public override int BatchSize => 1;

    public override int TryReceive(int max)
    {
        if (_next == steps.Length)
        {
            return 0;
        }

        var step = steps[_next++];
        if (step is SocketError error)
        {
            throw new SocketException((int)error);
        }

        _taken = Convert.ToByte(step, System.Globalization.CultureInfo.InvariantCulture);
        return 1;
    }

    public override async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        _finished.TrySetResult();
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    public override void CopyTo(DatagramSlot slot, int index) =>
        slot.Fill([_taken], new IPEndPoint(IPAddress.Loopback, 9).Serialize().Buffer.Span[..16], truncated: false);

    public override void Dispose()
    {
    }
}
