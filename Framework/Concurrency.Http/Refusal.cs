using System.Globalization;
using System.Text;

namespace Concurrency.Http;

/// <summary>An answer that the source gives in the handler's place.</summary>
internal sealed class Refusal
{
    private Refusal(int status, string text)
    {
        Status = status;
        Text = Encoding.UTF8.GetBytes(text + "\n");
    }

    public static Refusal Unanswered { get; } = new(500, "The request was not answered.");

    public static Refusal Late { get; } = new(504, "The request took too long.") { Close = true };

    public static Refusal TooLarge { get; } = BadBody(413);

    public int Status { get; }

    public ReadOnlyMemory<byte> Text { get; }

    /// <summary>The value of Retry-After, in seconds, or null.</summary>
    public string? RetryAfter { get; private init; }

    /// <summary>Whether the connection ends with this answer.</summary>
    public bool Close { get; private init; }

    /// <summary>For a request that finds the channel full.</summary>
    public static Refusal Full(TimeSpan retryAfter) => new(503, $"The server is busy. Try again in {Seconds(retryAfter)} s.") { RetryAfter = Seconds(retryAfter) };

    /// <summary>For a request that comes while the source stops, or that its handler has not answered by then.</summary>
    public static Refusal Stopping(TimeSpan retryAfter) =>
        new(503, $"The server is stopping. Try again in {Seconds(retryAfter)} s.") { RetryAfter = Seconds(retryAfter), Close = true };

    /// <summary>For a request whose body could not be read.</summary>
    public static Refusal BadBody(int status) =>
        new(status, status == 413 ? "The request body is too large." : "The request body could not be read.") { Close = true };

    private static string Seconds(TimeSpan time) => Math.Max(1, (long)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
