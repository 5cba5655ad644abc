using Concurrency.Testing.Choices;

namespace Concurrency.Testing.Strategies;

/// <summary>A choice of which an exhaustive strategy takes each alternative in turn.</summary>
/// <param name="kind">What is chosen.</param>
/// <param name="of">How many there are to choose from.</param>
internal struct ChoicePoint(ChoiceKind kind, int of)
{
    private const int PercentFalse = 99;

    private int _alternative;

    public readonly int Of => of;

    public readonly ChoiceKind Kind => kind;

    /// <summary>What is chosen now; of the hundred draws behind a yes and a no, one stands for each.</summary>
    public readonly int Chosen => kind == ChoiceKind.Maybe ? _alternative * PercentFalse : _alternative;

    private readonly int Alternatives => kind == ChoiceKind.Maybe ? 2 : of;

    /// <summary>Goes on to the next alternative.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Next() => ++_alternative < Alternatives;

    /// <summary>Makes sure that a schedule which follows an earlier one comes to the same choice.</summary>
    public readonly void Check(ChoiceKind kindNow, int ofNow)
    {
        if (kindNow != kind || ofNow != of)
        {
            throw new NondeterminismException(
                $"where an earlier schedule had a choice of kind {kind} from {of}, the same choices have now led to one of kind {kindNow} from {ofNow}");
        }
    }
}
