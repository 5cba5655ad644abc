namespace Concurrency.Testing.Schedules;

/// <summary>How much of each actor's past something comes after.</summary>
internal sealed class VectorClock
{
    private int[] _times = [];

    public int this[int place] => place < _times.Length ? _times[place] : 0;

    public void Tick(int place)
    {
        Grow(place + 1);
        _times[place]++;
    }

    public void Join(VectorClock other)
    {
        var theirs = other._times;
        Grow(theirs.Length);
        for (var place = 0; place < theirs.Length; place++)
        {
            if (theirs[place] > _times[place])
            {
                _times[place] = theirs[place];
            }
        }
    }

    public VectorClock Copy() => new() { _times = [.. _times] };

    private void Grow(int length)
    {
        if (_times.Length < length)
        {
            Array.Resize(ref _times, Math.Max(length, 2 * _times.Length));
        }
    }
}
