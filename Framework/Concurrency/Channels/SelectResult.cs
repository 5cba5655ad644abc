namespace Concurrency.Channels;

/// <summary>The one item that a select has taken, and where it came from.</summary>
/// <param name="Index">The position of the reader among those that were given, from 0.</param>
/// <param name="Item">The item.</param>
public readonly record struct SelectResult<T>(int Index, T Item);
