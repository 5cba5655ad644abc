namespace Concurrency.Sources.Files;

/// <summary>A write to a file that is still open, reported when it is closed or due.</summary>
internal readonly record struct HeldWrite(PathEntry Entry, long Timestamp, long Due);
