namespace Concurrency.Executors;

/// <summary>What one thread of a pool was doing when new work waited too long.</summary>
public sealed record BusyThread
{
    /// <summary>The managed thread id.</summary>
    public required int ThreadId { get; init; }

    /// <summary>The method that it ran, as far as it can be told from the callback: the async method, or the delegate's method.</summary>
    public required string Method { get; init; }

    /// <summary>How long its turn had taken so far, to a few milliseconds.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The kind of managed wait that it was blocked in; null if it was not, or for less than a tenth of a second.</summary>
    public BlockingWaitKind? Blocking { get; init; }

    /// <summary>The place of that wait: the innermost frame of the user; null like <see cref="Blocking"/>.</summary>
    public string? CallSite { get; init; }

    /// <summary>The stack of that wait, one frame a line; null like <see cref="Blocking"/>.</summary>
    public string? Stack { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var run = $"thread {ThreadId} has run {Method} for {Duration}";
        return Blocking is null ? run : $"{run}, blocked ({Blocking}) at {CallSite}";
    }
}
