namespace Concurrency.Channels;

/// <summary>Says what a write does when the channel is full.</summary>
/// <remarks>The first four are those of <see cref="System.Threading.Channels.BoundedChannelFullMode"/>.</remarks>
public enum ChannelFullMode
{
    /// <summary>The writer waits for a free place.</summary>
    Wait,

    /// <summary>The newest item in the channel is dropped to make room.</summary>
    DropNewest,

    /// <summary>The oldest item in the channel is dropped to make room.</summary>
    DropOldest,

    /// <summary>The item being written is dropped.</summary>
    DropWrite,

    /// <summary><c>TryWrite</c> returns false, <c>WriteAsync</c> fails with <see cref="ChannelFullException"/>, <c>WaitToWriteAsync</c> waits.</summary>
    Reject,
}
