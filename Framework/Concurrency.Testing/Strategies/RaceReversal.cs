namespace Concurrency.Testing.Strategies;

/// <summary>Finds, in a schedule that was run, steps that depend on each other but could go the other way round, and has that tried.</summary>
/// <param name="steps">The steps of the schedule.</param>
internal sealed class RaceReversal(List<DporStep> steps)
{
    private readonly List<int> _between = [];

    /// <summary>Looks for races of one step with those before it; they have been looked at themselves.</summary>
    public void Look(int index)
    {
        var step = steps[index];
        step.Clock = [];
        if (step.EnabledBy >= 0)
        {
            Join(step, step.EnabledBy);
        }

        for (var earlier = index - 1; earlier >= step.Floor; earlier--)
        {
            if (!IsAfter(step, earlier) && Depend(steps[earlier], step))
            {
                Reverse(earlier, index);
                Join(step, earlier);
            }
        }

        Own(step, index);
    }

    private static bool Depend(DporStep one, DporStep other) => one.Actor == other.Actor || one.Effects.Conflicts(other.Effects);

    /// <summary>Whether a step must come after an earlier one.</summary>
    private bool IsAfter(DporStep step, int earlier)
    {
        var actor = steps[earlier].Actor + 1;
        return earlier < step.Floor || (actor < step.Clock.Length && step.Clock[actor] > earlier);
    }

    private void Reverse(int earlier, int later)
    {
        var first = steps[earlier];
        var second = steps[later];
        if (first.Ready.Count > 1)
        {
            Try(first, earlier, later);
        }

        if (first.Narrow is not null && ReferenceEquals(first.Narrow, second.Narrow) && first.IsMidTurn)
        {
            // The later turn could not begin in the middle of the earlier one: what can change is which begins first.
            TryBeforeTurn(first, earlier, second);
        }
    }

    private void Try(DporStep first, int earlier, int later)
    {
        // What happened in between and does not depend on the earlier step must happen before the later step can take its place.
        _between.Clear();
        for (var index = earlier + 1; index <= later; index++)
        {
            if (index == later || !IsAfter(steps[index], earlier))
            {
                _between.Add(index);
            }
        }

        var chosen = -1;
        for (var place = 0; place < _between.Count; place++)
        {
            var candidate = steps[_between[place]];
            if (IsFirst(candidate, place))
            {
                if (first.Covers(candidate.Turn))
                {
                    return;
                }

                chosen = chosen < 0 && first.Ready.Contains(candidate.Turn) ? _between[place] : chosen;
            }
        }

        if (chosen >= 0)
        {
            first.Try(steps[chosen].Turn);
        }
        else
        {
            first.TryAll();
        }
    }

    /// <summary>Whether none of those in between must come before.</summary>
    private bool IsFirst(DporStep candidate, int place)
    {
        for (var other = 0; other < place; other++)
        {
            if (IsAfter(candidate, _between[other]))
            {
                return false;
            }
        }

        return true;
    }

    private void TryBeforeTurn(DporStep first, int earlier, DporStep second)
    {
        var begin = earlier;
        while (begin > 0 && (steps[begin].Actor != first.Actor || steps[begin].IsMidTurn))
        {
            begin--;
        }

        if (steps[begin].Ready.Contains(second.Turn))
        {
            steps[begin].Try(second.Turn);
        }
        else
        {
            steps[begin].TryAll();
        }
    }

    private void Join(DporStep step, int earlier)
    {
        var other = steps[earlier].Clock;
        if (step.Clock.Length < other.Length)
        {
            Grow(step, other.Length);
        }

        for (var actor = 0; actor < other.Length; actor++)
        {
            step.Clock[actor] = Math.Max(step.Clock[actor], other[actor]);
        }
    }

    private static void Own(DporStep step, int index)
    {
        var actor = step.Actor + 1;
        if (step.Clock.Length <= actor)
        {
            Grow(step, actor + 1);
        }

        step.Clock[actor] = Math.Max(step.Clock[actor], index + 1);
    }

    private static void Grow(DporStep step, int length)
    {
        var grown = new int[length];
        step.Clock.CopyTo(grown, 0);
        step.Clock = grown;
    }
}
