namespace Concurrency.Bench.Http;

/// <summary>What both servers answer.</summary>
internal static class HelloReply
{
    public const string ContentType = "text/plain; charset=utf-8";

    public static ReadOnlyMemory<byte> Body { get; } = "Hello, World!"u8.ToArray();
}
