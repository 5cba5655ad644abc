using Concurrency.Sources.Pumps;

namespace Concurrency.Sources.Files;

/// <summary>Kernel events on their way from the shared descriptor to one source: bounded, and whoever adds never waits.</summary>
internal sealed class RawInbox(WakeSignal wake, TimeProvider clock, int limit)
{
    private readonly Lock _gate = new();
    private List<RawChange> _changes = [];
    private bool _overflowed;
    private bool _closed;
    private Exception? _failure;

    /// <summary>Adds an event; if there is no room, the source will look at the whole state instead.</summary>
    public void Add(DirectoryWatch watch, uint mask, uint cookie, string name)
    {
        var timestamp = clock.GetTimestamp();
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            if (_changes.Count < limit)
            {
                _changes.Add(new RawChange(watch, mask, cookie, name, timestamp));
            }
            else
            {
                _overflowed = true;
            }
        }

        wake.Wake();
    }

    /// <summary>Tells the source that events were lost.</summary>
    public void Overflow()
    {
        lock (_gate)
        {
            _overflowed = !_closed;
        }

        wake.Wake();
    }

    /// <summary>Tells the source that no event will come any more.</summary>
    public void Fail(Exception error)
    {
        lock (_gate)
        {
            _failure ??= error;
        }

        wake.Wake();
    }

    /// <summary>Takes no more from now on; what is inside stays.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }
    }

    /// <summary>Exchanges what has come for an empty list, and says whether events were lost after it.</summary>
    /// <exception cref="IOException">The shared descriptor failed.</exception>
    public List<RawChange> Take(List<RawChange> empty, out bool overflowed)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                throw new IOException($"Reading file events failed: {_failure.Message}", _failure);
            }

            (var taken, _changes) = (_changes, empty);
            overflowed = _overflowed;
            _overflowed = false;
            return taken;
        }
    }
}
