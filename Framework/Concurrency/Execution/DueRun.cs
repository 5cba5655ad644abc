namespace Concurrency.Execution;

/// <summary>Items that came in the order in which they are due: a list through the items, where adding, taking and removing are a step.</summary>
internal sealed class DueRun
{
    private DueItem? _last;

    /// <summary>The first of all; null if there is none.</summary>
    public DueItem? First { get; private set; }

    /// <summary>The least due time that can be added.</summary>
    public long LastDue => _last?.Due ?? long.MinValue;

    /// <summary>Adds an item that is due at <see cref="LastDue"/> or later.</summary>
    public void Add(DueItem item)
    {
        item.Earlier = _last;
        if (_last is null)
        {
            First = item;
        }
        else
        {
            _last.Later = item;
        }

        _last = item;
    }

    /// <summary>Removes an item that is in.</summary>
    public void Remove(DueItem item)
    {
        if (item.Earlier is { } earlier)
        {
            earlier.Later = item.Later;
        }
        else
        {
            First = item.Later;
        }

        if (item.Later is { } later)
        {
            later.Earlier = item.Earlier;
        }
        else
        {
            _last = item.Earlier;
        }

        item.Earlier = null;
        item.Later = null;
    }
}
