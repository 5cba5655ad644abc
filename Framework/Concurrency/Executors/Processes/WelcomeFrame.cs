namespace Concurrency.Executors.Processes;

/// <summary>What an executor tells a new worker.</summary>
/// <param name="MaximumFrameBytes">The largest payload in either direction.</param>
/// <param name="Patience">How long cancelled work may go on after the executor has gone.</param>
internal readonly record struct WelcomeFrame(int MaximumFrameBytes, TimeSpan Patience)
{
    public static WelcomeFrame Read(ReadOnlyMemory<byte> payload)
    {
        var frame = new FrameReader(payload);
        return frame.ReadKind() == FrameKind.Welcome && frame.ReadInt32() == Handshake.Version
            ? new WelcomeFrame(frame.ReadInt32(), new TimeSpan(frame.ReadInt64()))
            : throw new InvalidDataException("The executor speaks another version of the protocol.");
    }
}
