namespace Concurrency.Sources.Files;

/// <summary>One source's interest in one directory.</summary>
internal sealed class DirectoryWatch(RawInbox inbox)
{
    /// <summary>Where the directory's events go.</summary>
    public RawInbox Inbox { get; } = inbox;

    /// <summary>The kernel's number, or -1 when there is no watch.</summary>
    public int Descriptor { get; set; } = -1;

    /// <summary>The directory in the source's view; null for a watch that only waits for a root to appear.</summary>
    public PathEntry? Entry { get; set; }

    /// <summary>The root that the watch waits for, if it has no entry.</summary>
    public WatchRoot? Awaited { get; init; }
}
