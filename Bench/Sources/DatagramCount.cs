namespace Concurrency.Bench.Sources;

/// <summary>What the handler of either side does: it looks at the datagram and counts it.</summary>
internal sealed class DatagramCount
{
    private const int Size = 64;

    private long _handled;

    public long Handled => Volatile.Read(ref _handled);

    public void Handle(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != Size)
        {
            throw new InvalidOperationException($"A datagram of {payload.Length} bytes arrived; {Size} were sent.");
        }

        Volatile.Write(ref _handled, _handled + 1);
    }
}
