using System.Diagnostics;

namespace Concurrency.Sources.Files;

/// <summary>What happened to one path; several changes of a path that waited to be published may be one.</summary>
public sealed record FileChange : ISourceEvent
{
    /// <summary>What happened.</summary>
    public required FileChangeKind Kind { get; init; }

    /// <summary>The full path; for a rename the new one.</summary>
    public required string Path { get; init; }

    /// <summary>The path before a rename; null for every other kind.</summary>
    public string? OldPath { get; init; }

    /// <summary>Whether the path is or was a directory.</summary>
    public bool IsDirectory { get; init; }

    /// <summary>Whether the source lost its place and found this change by comparing what is there with what it had published.</summary>
    public bool Resync { get; init; }

    /// <summary>When the source observed the change, or the first of those it stands for.</summary>
    public long Timestamp { get; init; }

    /// <inheritdoc/>
    public ActivityContext TraceContext { get; init; }
}
