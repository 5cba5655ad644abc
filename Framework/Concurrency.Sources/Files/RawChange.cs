namespace Concurrency.Sources.Files;

/// <summary>One kernel event for one source.</summary>
internal readonly record struct RawChange(DirectoryWatch Watch, uint Mask, uint Cookie, string Name, long Timestamp);
