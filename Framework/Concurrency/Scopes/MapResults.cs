namespace Concurrency.Scopes;

/// <summary>The results of a map that wait to be taken, in a ring that grows with them; not safe for several threads at a time.</summary>
internal sealed class MapResults<TResult>(bool ordered)
{
    private TaskOutcome<TResult>?[] _ring = new TaskOutcome<TResult>?[16];
    private long _placed;

    /// <summary>How many were taken.</summary>
    public long Taken { get; private set; }

    /// <summary>Puts a result into its place.</summary>
    /// <returns>Whether it is the one to take next.</returns>
    public bool Put(long index, TaskOutcome<TResult> outcome)
    {
        var place = ordered ? index : _placed++;
        while (place - Taken >= _ring.Length)
        {
            Grow();
        }

        _ring[place % _ring.Length] = outcome;
        return place == Taken;
    }

    /// <summary>Takes the next result; null if it is not there.</summary>
    public TaskOutcome<TResult>? TryTake()
    {
        ref var place = ref _ring[Taken % _ring.Length];
        if (place is not { } outcome)
        {
            return null;
        }

        place = null;
        Taken++;
        return outcome;
    }

    private void Grow()
    {
        var larger = new TaskOutcome<TResult>?[_ring.Length * 2];
        for (var place = Taken; place < Taken + _ring.Length; place++)
        {
            larger[place % larger.Length] = _ring[place % _ring.Length];
        }

        _ring = larger;
    }
}
