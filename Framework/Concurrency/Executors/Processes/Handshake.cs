namespace Concurrency.Executors.Processes;

/// <summary>The first words of a worker and of its executor.</summary>
internal static class Handshake
{
    public const int Version = 1;

    /// <summary>The environment variable that makes a program a worker: the address of its executor.</summary>
    public const string Variable = "CONCURRENCY_PROCESS_WORKER";

    /// <summary>The largest payload before the limits are agreed.</summary>
    public const int LimitBytes = 1024 * 1024;

    public static ReadOnlyMemory<byte> Hello(IReadOnlyCollection<string> names)
    {
        var frame = new FrameWriter(FrameKind.Hello, LimitBytes).Write(Version).Write(Environment.ProcessId).Write(names.Count);
        foreach (var name in names)
        {
            frame.Write(name);
        }

        return frame.ToFrame();
    }

    public static ReadOnlyMemory<byte> Welcome(ProcessExecutorOptions options) =>
        new FrameWriter(FrameKind.Welcome, LimitBytes)
            .Write(Version)
            .Write(options.MaximumFrameBytes)
            .Write(options.ShutdownTimeout.Ticks)
            .ToFrame();

    /// <summary>What is wrong with the first words of a worker; null if nothing is.</summary>
    public static string? Objection(ReadOnlyMemory<byte> payload, ProcessWorkCatalog catalog)
    {
        var hello = new FrameReader(payload);
        if (hello.ReadKind() != FrameKind.Hello || hello.ReadInt32() is var version && version != Version)
        {
            return "speaks another version of the protocol. Parent and worker must be the same build of the program";
        }

        hello.ReadInt32();
        var known = new HashSet<string>(StringComparer.Ordinal);
        for (var left = hello.ReadInt32(); left > 0; left--)
        {
            known.Add(hello.ReadString() ?? "");
        }

        return catalog.Names.Where(name => !known.Contains(name)).Order(StringComparer.Ordinal).ToArray() is { Length: > 0 } missing
            ? $"does not know the work '{string.Join("', '", missing)}'. It knows '{string.Join("', '", known.Order(StringComparer.Ordinal))}': pass the same catalogue to ProcessWorker.TryRunAsync and to the executor"
            : null;
    }
}
