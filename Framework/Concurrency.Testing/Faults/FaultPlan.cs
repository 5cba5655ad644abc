using Concurrency.Testing.Choices;

namespace Concurrency.Testing.Faults;

/// <summary>The faults of one schedule: how often each comes, and the choices whether it does.</summary>
/// <param name="level">Whether faults come that nobody asked for.</param>
/// <param name="choose">Makes a choice of the schedule.</param>
/// <param name="fired">Counts a fault by its label.</param>
internal sealed class FaultPlan(FaultLevel level, Func<ChoiceKind, int, int> choose, Action<string> fired)
{
    /// <summary>What a schedule draws from, in thousandths; the first is what minimising goes to.</summary>
    private static readonly int[] s_swarm = [0, 0, 10, 50, 200, 500];

    private readonly Dictionary<string, Fault> _faults = new(StringComparer.Ordinal);

    /// <summary>A fault of this schedule; its rate is drawn the first time that it is asked for.</summary>
    /// <param name="label">Its name in coverage.</param>
    /// <param name="rate">How often it comes, in thousandths; null to leave it to the level.</param>
    public Fault Get(string label, int? rate = null)
    {
        if (rate is { } asked)
        {
            return new Fault(label, asked, choose, fired);
        }

        if (!_faults.TryGetValue(label, out var fault))
        {
            var drawn = level == FaultLevel.Swarm ? s_swarm[choose(ChoiceKind.Fault, s_swarm.Length)] : 0;
            _faults.Add(label, fault = new Fault(label, drawn, choose, fired));
        }

        return fault;
    }

    /// <summary>How large a fault is: a number from 0 to below <paramref name="count"/>.</summary>
    public int Amount(int count) => choose(ChoiceKind.Fault, count);
}
