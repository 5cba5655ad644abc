using System.Globalization;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Reports;

namespace Concurrency.Testing.Engine;

/// <summary>What the schedules of an exploration came past, added up.</summary>
internal sealed class CoverageTally
{
    private readonly long[] _choices = new long[(int)ChoiceKind.Select + 1];
    private readonly Dictionary<(string Select, int Case, int Count), long> _cases = [];
    private readonly SortedDictionary<string, long> _faults = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _sometimes = new(StringComparer.Ordinal);

    public IEnumerable<string> NeverReached => _sometimes.Where(pair => pair.Value == 0).Select(pair => pair.Key);

    /// <summary>Something must be reached in some schedule.</summary>
    public void Demand(string what) => _sometimes.TryAdd(what, 0);

    /// <summary>It was reached; called once per schedule.</summary>
    public void Reach(string what) => _sometimes[what] = _sometimes.GetValueOrDefault(what) + 1;

    /// <summary>A fault happened, or something that the test lets happen sometimes.</summary>
    public void Fired(string label) => _faults[label] = _faults.GetValueOrDefault(label) + 1;

    /// <summary>A select took a case, or ended without one when that is negative.</summary>
    public void Took(string select, int taken, int count)
    {
        var key = (select, Math.Max(taken, -1), count);
        _cases[key] = _cases.GetValueOrDefault(key) + 1;
    }

    /// <summary>Adds the choices of a schedule that has ended.</summary>
    public void Add(ChoiceLog log)
    {
        for (var kind = 0; kind < _choices.Length; kind++)
        {
            _choices[kind] += log.CountOf((ChoiceKind)kind);
        }
    }

    public SimulationCoverage ToCoverage() => new()
    {
        Choices = Enum.GetValues<ChoiceKind>().ToDictionary(kind => kind, kind => _choices[(int)kind]),
        SelectCases = new SortedDictionary<string, long>(_cases.ToDictionary(pair => Label(pair.Key), pair => pair.Value), StringComparer.Ordinal),
        Faults = new SortedDictionary<string, long>(_faults, StringComparer.Ordinal),
        Sometimes = new SortedDictionary<string, int>(_sometimes, StringComparer.Ordinal),
    };

    private static string Label((string Select, int Case, int Count) key) => key.Case < 0
        ? string.Create(CultureInfo.InvariantCulture, $"{key.Select}: none of {key.Count}")
        : string.Create(CultureInfo.InvariantCulture, $"{key.Select}: case {key.Case + 1} of {key.Count}");
}
