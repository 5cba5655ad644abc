namespace Concurrency.Channels;

/// <summary>Says which reader a select prefers when several have an item.</summary>
public enum SelectOrder
{
    /// <summary>Each take begins with the reader after the one that the take before began with, so that none is starved.</summary>
    Fair,

    /// <summary>Readers are asked in the order in which they were added: a later one is read only when all before it are empty.</summary>
    Prioritised,
}
