using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>The places of a pile in the order in which they were taken, and who waits for room in it or for its first.</summary>
internal sealed class PileLine<T>(int capacity)
{
    private readonly QuietLock _gate = new();
    private readonly LinkedList<PilePlace<T>> _places = [];
    private readonly LinkedList<PilePlace<T>> _waiting = [];
    private TaskCompletionSource? _reader;
    private int _withRoom;
    private int _waitingMembers;
    private int _spawned;
    private bool _complete;

    /// <summary>How many places have work.</summary>
    public int Count => Volatile.Read(ref _spawned);

    /// <summary>Takes the next place.</summary>
    /// <returns>The place, which may have to wait for room; null after <see cref="Complete"/>.</returns>
    public PilePlace<T>? TryEnter(bool isMember)
    {
        var place = new PilePlace<T>(isMember);
        using var entered = _gate.EnterScope();
        if (_complete)
        {
            return null;
        }

        _places.AddLast(place);
        if (_withRoom < capacity || (isMember && IsStuckLocked))
        {
            place.HasRoom = true;
            _withRoom++;
        }
        else
        {
            place.Room = new TaskCompletionSource(Interleaving.CompletionOptions);
            _waiting.AddLast(place);
            _waitingMembers += isMember ? 1 : 0;
        }

        return place;
    }

    /// <summary>The work of a place was spawned.</summary>
    public void Fill(PilePlace<T> place, SpawnedWork<T> work) => Change(
        static (line, change) =>
        {
            change.Place.Work = change.Work;
            line._spawned++;
        },
        (Place: place, Work: work));

    /// <summary>Takes a place out whose work does not come, or was read.</summary>
    public void Leave(PilePlace<T> place) => Change(static (line, place) => line.LeaveLocked(place), place);

    /// <summary>Refuses more places.</summary>
    /// <returns>False if that was done before.</returns>
    public bool Complete()
    {
        var first = false;
        Change(
            (line, _) =>
            {
                first = !line._complete;
                line._complete = true;
            },
            0);
        return first;
    }

    /// <summary>Looks at the first place.</summary>
    /// <returns>Null when it has work, or when there is none and none will come; else what completes when it is worth to look again.</returns>
    public TaskCompletionSource? TryPeek(out PilePlace<T>? first)
    {
        using var entered = _gate.EnterScope();
        first = _places.First?.Value;
        if (first?.Work is not null || (first is null && _complete))
        {
            return null;
        }

        return _reader = new TaskCompletionSource(Interleaving.CompletionOptions);
    }

    // The first place has no work yet: it may wait for a slot, and a member of the pool that waits for room may hold that.
    private bool IsStuckLocked => _places.First is { Value.Work: null };

    private bool IsReadableLocked => _places.First is { } first ? first.Value.Work is not null : _complete;

    private void LeaveLocked(PilePlace<T> place)
    {
        _places.Remove(place);
        if (place.HasRoom)
        {
            _withRoom--;
        }
        else
        {
            _waiting.Remove(place);
            _waitingMembers -= place.IsMember ? 1 : 0;
        }

        _spawned -= place.Work is null ? 0 : 1;
    }

    private void Change<TChange>(Action<PileLine<T>, TChange> change, TChange value)
    {
        TaskCompletionSource? reader = null;
        List<TaskCompletionSource>? granted = null;
        using (_gate.EnterScope())
        {
            change(this, value);
            GrantLocked(ref granted);
            if (IsReadableLocked)
            {
                reader = _reader;
                _reader = null;
            }
        }

        granted?.ForEach(static room => room.TrySetResult());
        reader?.TrySetResult();
    }

    private void GrantLocked(ref List<TaskCompletionSource>? granted)
    {
        while (_withRoom < capacity && _waiting.First is { } next)
        {
            GrantLocked(next, ref granted);
        }

        var place = _waitingMembers > 0 && IsStuckLocked ? _waiting.First : null;
        while (place is not null)
        {
            var next = place.Next;
            if (place.Value.IsMember)
            {
                GrantLocked(place, ref granted);
            }

            place = next;
        }
    }

    private void GrantLocked(LinkedListNode<PilePlace<T>> waiting, ref List<TaskCompletionSource>? granted)
    {
        var place = waiting.Value;
        _waiting.Remove(waiting);
        _waitingMembers -= place.IsMember ? 1 : 0;
        place.HasRoom = true;
        _withRoom++;
        (granted ??= []).Add(place.Room!);
    }
}
