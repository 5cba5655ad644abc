using Concurrency.Testing.Choices;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Strategies;

/// <summary>Gives schedules to several strategies: most in turn, the others to those that lately showed new behaviour.</summary>
internal sealed class Portfolio : Strategy
{
    /// <summary>After as many schedules as there are members, in turn, twice, this many go by novelty.</summary>
    private const int ByNovelty = 5;

    private readonly Strategy[] _members;
    private readonly long[] _scores;
    private readonly long[] _credits;
    private long _schedules;
    private int _current;

    public Portfolio(params Strategy[] members)
    {
        _members = members;
        _scores = new long[members.Length];
        _credits = new long[members.Length];
    }

    public override string Name => Concrete.Name;

    public override Strategy Concrete => _members[_current];

    public override bool NeedsEstimate => true;

    public override Novelty Novelty { get; } = new();

    public override bool Begin(ulong seed, ScheduleEstimate estimate)
    {
        var turn = (int)(_schedules++ % ((2 * _members.Length) + ByNovelty));
        _current = turn < 2 * _members.Length ? turn % _members.Length : MostOwed();
        Novelty.Begin();
        return Concrete.Begin(seed, estimate);
    }

    public override int Pick(ReadySet ready, Actor? current) => Concrete.Pick(ready, current);

    public override int PickValue(ChoiceKind kind, int of) => Concrete.PickValue(kind, of);

    public override void End(bool failed, ulong hash)
    {
        Concrete.End(failed, hash);

        // An average that forgets: what a strategy found eight schedules ago counts a third of what it finds now.
        _scores[_current] += (64L * Novelty.Found) - (_scores[_current] / 8);
    }

    /// <summary>Shares schedules out in proportion to the scores, without draws: each gains its score, and who has most pays for all.</summary>
    private int MostOwed()
    {
        var best = 0;
        var sum = 0L;
        for (var index = 0; index < _members.Length; index++)
        {
            var gain = _scores[index] + 1;
            sum += gain;
            _credits[index] += gain;
            best = _credits[index] > _credits[best] ? index : best;
        }

        _credits[best] -= sum;
        return best;
    }
}
