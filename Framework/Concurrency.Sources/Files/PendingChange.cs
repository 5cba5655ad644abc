namespace Concurrency.Sources.Files;

/// <summary>A change that waits for room in the channel.</summary>
internal sealed class PendingChange(FileChangeKind kind, PathEntry entry, PathEntry? oldEntry, long timestamp)
{
    public FileChangeKind Kind { get; set; } = kind;

    public PathEntry Entry { get; } = entry;

    public PathEntry? OldEntry { get; } = oldEntry;

    public bool IsDirectory { get; set; } = entry.IsDirectory;

    public long Timestamp { get; } = timestamp;
}
