namespace Concurrency.Sources.Files;

/// <summary>The first half of a move, waiting for the second.</summary>
internal sealed record HeldMove(PathEntry Entry, uint Cookie, long Timestamp, long Due);
