namespace Concurrency.Sources.Files;

/// <summary>Changes in the order in which they are to be published; those of one path are merged where nothing is lost by it.</summary>
/// <remarks>
/// A rename concerns two paths and is a border for both: nothing is merged into it or across it. Otherwise the later change
/// of a path takes the earlier one's place, except that what is new stays new when it is written to.
/// </remarks>
internal sealed class PendingChanges
{
    private readonly Queue<PendingChange> _queue = new();
    private readonly Dictionary<PathEntry, PendingChange> _latest = [];

    public int Count => _queue.Count;

    /// <summary>Adds a change; false if it was merged into one that waits.</summary>
    public bool Add(PendingChange change)
    {
        if (change.Kind == FileChangeKind.Renamed)
        {
            _latest.Remove(change.OldEntry!);
            _latest.Remove(change.Entry);
        }
        else if (_latest.TryGetValue(change.Entry, out var waiting))
        {
            waiting.IsDirectory = change.IsDirectory;
            waiting.Kind = waiting.Kind == FileChangeKind.Created && change.Kind == FileChangeKind.Modified
                ? FileChangeKind.Created
                : change.Kind;
            return false;
        }
        else
        {
            _latest.Add(change.Entry, change);
        }

        _queue.Enqueue(change);
        return true;
    }

    public bool TryPeek([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out PendingChange change) => _queue.TryPeek(out change);

    public void RemoveFirst()
    {
        var first = _queue.Dequeue();
        if (_latest.TryGetValue(first.Entry, out var latest) && latest == first)
        {
            _latest.Remove(first.Entry);
        }
    }

    public void Clear()
    {
        _queue.Clear();
        _latest.Clear();
    }
}
