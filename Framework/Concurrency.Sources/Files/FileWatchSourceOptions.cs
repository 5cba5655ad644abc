namespace Concurrency.Sources.Files;

/// <summary>Options of a <see cref="FileWatchSource"/>.</summary>
/// <remarks>
/// The capacity bounds the events that wait to be read and, once more, those that wait for room; of the latter, changes of
/// one path are merged. If even that is too little, the source forgets them and looks at the whole state again
/// (<see cref="FileChange.Resync"/>) as soon as there is room: nothing is lost silently, and the final state is always reached.
/// </remarks>
public sealed record FileWatchSourceOptions : SourceOptions
{
    /// <summary>Whether directories below a watched directory are watched too, now and when they are made. The default is false.</summary>
    public bool Recursive { get; init; }

    /// <summary>A pattern with <c>*</c> and <c>?</c> for the names of the files to report, case-sensitive; null for all paths.</summary>
    /// <remarks>With a pattern, directories themselves are not reported.</remarks>
    public string? Filter { get; init; }

    /// <summary>While a file stays open for writing, it is reported as modified at most once per interval. The default is 50 ms.</summary>
    /// <remarks>
    /// A write is reported as soon as a writer closes the file; only if none does within the interval, it is reported while the
    /// file is still being written. Zero reports each write at once, also half a file.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or above one hour.</exception>
    public TimeSpan WriteInterval
    {
        get;
        init
        {
            if (value < TimeSpan.Zero || value > TimeSpan.FromHours(1))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value,
                    $"{value} is no write interval. Use zero, for each write at once, up to one hour.");
            }

            field = value;
        }
    } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long one half of a move waits for the other before it is a deletion.</summary>
    internal TimeSpan MoveWindow { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Kernel events that may wait for the source's own work before it looks at the whole state again.</summary>
    internal int RawLimit { get; init; } = 16_384;
}
