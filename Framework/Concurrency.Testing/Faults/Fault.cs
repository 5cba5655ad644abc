using Concurrency.Testing.Choices;

namespace Concurrency.Testing.Faults;

/// <summary>Something that can go wrong, with its rate in this schedule.</summary>
internal sealed class Fault(string label, int rate, Func<ChoiceKind, int, int> choose, Action<string> fired)
{
    private const int Always = 1000;

    /// <summary>Whether it happens now; a choice of the schedule, of which the smallest value is that it does not.</summary>
    public bool Fires()
    {
        // What never or always comes is no choice: schedules without faults are as short as if there were none.
        if (rate == 0 || (rate < Always && choose(ChoiceKind.Fault, Always) < Always - rate))
        {
            return false;
        }

        fired(label);
        return true;
    }
}
