namespace Concurrency.Sources.Files;

/// <summary>Says what happened to a path.</summary>
public enum FileChangeKind
{
    /// <summary>The path exists now and did not before, or what was there was deleted in between.</summary>
    Created,

    /// <summary>The content of the file was written, or another file took its place.</summary>
    Modified,

    /// <summary>The path does not exist any more, or it was moved to where the source does not look.</summary>
    Deleted,

    /// <summary>The path was moved here from <see cref="FileChange.OldPath"/>, in place of what was here before, if anything.</summary>
    Renamed,
}
