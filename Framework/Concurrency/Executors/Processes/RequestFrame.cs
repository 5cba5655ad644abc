using System.Diagnostics;

namespace Concurrency.Executors.Processes;

/// <summary>One request as it goes to a worker.</summary>
internal readonly record struct RequestFrame
{
    private const int TimeLeftPosition = FrameWriter.HeaderBytes + sizeof(byte) + sizeof(long);

    public required long Id { get; init; }

    /// <summary>How long the work may take; negative for no limit.</summary>
    public required TimeSpan TimeLeft { get; init; }

    public required string Name { get; init; }

    public required string? TraceParent { get; init; }

    public required string? TraceState { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Begins a frame; the input is written behind.</summary>
    public static FrameWriter Begin(long id, string name, int limit)
    {
        var activity = Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current : null;
        return new FrameWriter(FrameKind.Request, limit)
            .Write(id)
            .Write(-1L)
            .Write(name)
            .Write(activity?.Id)
            .Write(activity?.TraceStateString);
    }

    /// <summary>Sets the time left, when the request is sent.</summary>
    public static void SetTimeLeft(FrameWriter frame, TimeSpan timeLeft) => frame.Patch(TimeLeftPosition, timeLeft.Ticks);

    public static RequestFrame Read(FrameReader frame) => new()
    {
        Id = frame.ReadInt64(),
        TimeLeft = new TimeSpan(frame.ReadInt64()),
        Name = frame.ReadString() ?? "",
        TraceParent = frame.ReadString(),
        TraceState = frame.ReadString(),
        Body = frame.Rest,
    };

    public static ReadOnlyMemory<byte> Cancel(long id) => new FrameWriter(FrameKind.Cancel, sizeof(byte) + sizeof(long)).Write(id).ToFrame();
}
