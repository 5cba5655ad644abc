using Concurrency.Testing.Choices;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Strategies;

/// <summary>Makes recorded choices again, and tells when the run asks for another one than was recorded.</summary>
internal sealed class Replay(IReadOnlyList<Choice> choices, string name) : Strategy
{
    private bool _diverged;

    public override string Name => name;

    /// <summary>A strategy that asks for accesses stops actors also where nobody else could go; so must its replay.</summary>
    public override AccessLog? Accesses { get; } = name == SimulationStrategy.Dpor.ToString() ? new AccessLog() : null;

    /// <summary>How many choices have been made.</summary>
    public int Made { get; private set; }

    /// <summary>How many were recorded.</summary>
    public int Recorded => choices.Count;

    /// <summary>Told once: the kind of the choice that the run asks for, and of how many.</summary>
    public Action<Replay, ChoiceKind, int>? Diverged { get; set; }

    /// <summary>The choice that was recorded for now, or null after the last.</summary>
    public Choice? Expected => Made < choices.Count ? choices[Made] : null;

    public override int Pick(ReadySet ready, Actor? current) => Next(ChoiceKind.Schedule, ready.Count);

    public override int PickValue(ChoiceKind kind, int of) => Next(kind, of);

    private int Next(ChoiceKind kind, int of)
    {
        if (!_diverged)
        {
            if (Expected is { } choice && choice.Kind == kind && choice.Of == of)
            {
                Made++;
                return choice.Chosen;
            }

            _diverged = true;
            Diverged?.Invoke(this, kind, of);
        }

        return 0;
    }
}
