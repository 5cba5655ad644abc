using Concurrency.Sources.Udp;

namespace Concurrency.Sources.Tests.Udp;

/// <summary>Does something after the first wait and before the receive that follows it.</summary>
internal sealed class InterceptedReceiver(DatagramReceiver inner, Func<ValueTask> afterWait) : DatagramReceiver
{
    public override int BatchSize => inner.BatchSize;

    public override int Held => inner.Held;

    public override int TryReceive(int max) => inner.TryReceive(max);

    public override async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        await inner.WaitAsync(cancellationToken);
        await afterWait();
    }

    public override void CopyTo(DatagramSlot slot, int index) => inner.CopyTo(slot, index);

    public override void Dispose() => inner.Dispose();
}
