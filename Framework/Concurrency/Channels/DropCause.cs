namespace Concurrency.Channels;

/// <summary>Says why an item that a channel had taken will not reach a reader.</summary>
public enum DropCause
{
    /// <summary>It was the newest item of a full channel (<see cref="ChannelFullMode.DropNewest"/>).</summary>
    Newest,

    /// <summary>It was the oldest item of a full channel (<see cref="ChannelFullMode.DropOldest"/>).</summary>
    Oldest,

    /// <summary>It was written to a full channel (<see cref="ChannelFullMode.DropWrite"/>).</summary>
    Write,

    /// <summary>A later item with the same key took its place (conflating channel).</summary>
    Conflated,

    /// <summary>It was still inside when the channel was aborted.</summary>
    Aborted,
}
