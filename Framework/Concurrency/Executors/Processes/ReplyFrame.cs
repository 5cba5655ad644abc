namespace Concurrency.Executors.Processes;

/// <summary>One answer as it came from a worker: a result, or what went wrong.</summary>
internal sealed record ReplyFrame
{
    private const int MostTypeCharacters = 500;
    private const int MostMessageCharacters = 4_000;
    private const int MostStackCharacters = 12_000;
    private const int RunTimePosition = FrameWriter.HeaderBytes + sizeof(byte) + sizeof(long);

    public required long Id { get; init; }

    /// <summary>How long the work ran, measured by the worker.</summary>
    public required TimeSpan RunTime { get; init; }

    /// <summary>Null for a result.</summary>
    public FailureKind? Failure { get; init; }

    public string TypeName { get; init; } = "";

    public string Message { get; init; } = "";

    public string? Stack { get; init; }

    /// <summary>The output, of a result.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Begins a result; the output is written behind.</summary>
    public static FrameWriter BeginResult(long id, int limit) => new FrameWriter(FrameKind.Result, limit).Write(id).Write(0L);

    /// <summary>Sets the run time, when the work has ended.</summary>
    public static void SetRunTime(FrameWriter frame, TimeSpan runTime) => frame.Patch(RunTimePosition, runTime.Ticks);

    /// <summary>Makes a failure; long texts are cut, so that it fits into the smallest frame that can be configured.</summary>
    public static FrameWriter OfFailure(long id, FailureKind kind, string typeName, string message, string? stack) =>
        new FrameWriter(FrameKind.Failure, ProcessExecutorOptions.SmallestFrame)
            .Write(id)
            .Write(0L)
            .Write((byte)kind)
            .Write(Cut(typeName, MostTypeCharacters))
            .Write(Cut(message, MostMessageCharacters))
            .Write(stack is null ? null : Cut(stack, MostStackCharacters));

    public static ReplyFrame ReadResult(FrameReader frame) => new()
    {
        Id = frame.ReadInt64(),
        RunTime = new TimeSpan(frame.ReadInt64()),
        Body = frame.Rest,
    };

    public static ReplyFrame ReadFailure(FrameReader frame) => new()
    {
        Id = frame.ReadInt64(),
        RunTime = new TimeSpan(frame.ReadInt64()),
        Failure = (FailureKind)frame.ReadByte(),
        TypeName = frame.ReadString() ?? "",
        Message = frame.ReadString() ?? "",
        Stack = frame.ReadString(),
    };

    private static string Cut(string text, int most) => text.Length <= most ? text : string.Concat(text.AsSpan(0, most), " …");
}
