using System.Net.Sockets;

namespace Concurrency.ProcessChild;

/// <summary>A worker that breaks the protocol, written byte by byte.</summary>
internal static class Liar
{
    public static void Run(string how)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(Environment.GetEnvironmentVariable("CONCURRENCY_PROCESS_WORKER")!));
        using var stream = new NetworkStream(socket);
        using var writer = new BinaryWriter(stream);
        switch (how)
        {
            case "no-hello":
                writer.Write(int.MaxValue);
                break;
            case "other-version":
                Send(writer, Hello(version: 99));
                break;
            case "unknown-reply":
                Send(writer, Hello(version: 1));
                Send(writer, [5, .. BitConverter.GetBytes(999L), .. BitConverter.GetBytes(0L)]);
                break;
            case "too-large":
                Send(writer, Hello(version: 1));
                writer.Write(100_000_000);
                break;
            case "short":
                Send(writer, Hello(version: 1));
                Send(writer, [6, 1, 2]);
                break;
        }

        // The end of the parent's connection, not of this process, is what comes next.
        new BinaryReader(stream).BaseStream.CopyTo(Stream.Null);
        new ManualResetEventSlim().Wait();
    }

    private static void Send(BinaryWriter writer, byte[] payload)
    {
        writer.Write(payload.Length);
        writer.Write(payload);
    }

    private static byte[] Hello(int version)
    {
        var payload = new MemoryStream();
        var writer = new BinaryWriter(payload);
        writer.Write((byte)1);
        writer.Write(version);
        writer.Write(Environment.ProcessId);
        writer.Write(Work.Catalog.Names.Count);
        foreach (var name in Work.Catalog.Names)
        {
            writer.Write(name.Length);
            writer.Write(System.Text.Encoding.ASCII.GetBytes(name));
        }

        return payload.ToArray();
    }
}
