using Concurrency.Sources.Interop;

namespace Concurrency.Sources.Files;

/// <summary>One path in a source's view: whether it exists, as far as the source knows, and what the reader was told of it.</summary>
/// <remarks>
/// An entry stays as long as either is true: one that is gone and not yet reported is remembered until it is, so that after a
/// loss the view can be compared with the disk.
/// </remarks>
internal sealed class PathEntry(PathEntry? parent, string name)
{
    private Dictionary<string, PathEntry>? _children;
    private string? _path;

    public string Name { get; } = name;

    public PathEntry? Parent { get; } = parent;

    public string Path => _path ??= Parent is null ? Name : System.IO.Path.Join(Parent.Path, Name);

    public bool IsDirectory { get; set; }

    /// <summary>Whether changes of this path are reported.</summary>
    public bool IsReported { get; set; }

    /// <summary>Whether the path exists, by all kernel events that were worked off.</summary>
    public bool Exists { get; set; }

    /// <summary>Whether the reader was told that the path exists.</summary>
    public bool IsTold { get; set; }

    /// <summary>What was there just before the reader was told; what it reads is this or newer.</summary>
    public FileStamp Stamp { get; set; }

    /// <summary>The last look at the whole state in which the path was seen.</summary>
    public int Generation { get; set; }

    /// <summary>A write that is held back until the file is closed or the interval ends.</summary>
    public LinkedListNode<HeldWrite>? HeldWrite { get; set; }

    /// <summary>The pending half of a move away from here.</summary>
    public HeldMove? HeldMove { get; set; }

    public DirectoryWatch? Watch { get; set; }

    public PathEntry? Find(string name) => _children is not null && _children.TryGetValue(name, out var child) ? child : null;

    public PathEntry GetOrAdd(string name)
    {
        _children ??= new Dictionary<string, PathEntry>(StringComparer.Ordinal);
        if (!_children.TryGetValue(name, out var child))
        {
            child = new PathEntry(this, name);
            _children.Add(name, child);
        }

        return child;
    }

    /// <summary>This entry and all below, parents before children.</summary>
    public List<PathEntry> Subtree()
    {
        var all = new List<PathEntry> { this };
        for (var i = 0; i < all.Count; i++)
        {
            if (all[i]._children is { } children)
            {
                all.AddRange(children.Values);
            }
        }

        return all;
    }

    public IReadOnlyCollection<PathEntry> Children => _children is null ? [] : _children.Values;

    /// <summary>Forgets the entry, and parents that were only kept for it, unless something is known of them.</summary>
    public void Prune()
    {
        for (var entry = this;
            entry is { Exists: false, IsTold: false, Parent: { } parent } && entry._children is not { Count: > 0 };
            entry = parent)
        {
            if (parent.Find(entry.Name) == entry)
            {
                parent._children!.Remove(entry.Name);
            }
        }
    }
}
