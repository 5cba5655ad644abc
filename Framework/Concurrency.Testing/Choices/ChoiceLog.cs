using System.Numerics;

namespace Concurrency.Testing.Choices;

/// <summary>The decisions of one schedule, in their order, and a hash over them.</summary>
internal sealed class ChoiceLog
{
    private Choice[] _choices = new Choice[256];

    public int Count { get; private set; }

    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    public ReadOnlySpan<Choice> Choices => _choices.AsSpan(0, Count);

    public void Clear()
    {
        Count = 0;
        Hash = 0xCBF29CE484222325;
    }

    public void Add(ChoiceKind kind, int chosen, int of)
    {
        if (Count == _choices.Length)
        {
            Array.Resize(ref _choices, 2 * Count);
        }

        _choices[Count++] = new Choice(kind, chosen, of);
        Mix(((ulong)(uint)chosen << 34) | ((ulong)(uint)of << 3) | (uint)kind);
    }

    /// <summary>Makes the hash depend on something else that happened.</summary>
    public void Mix(ulong value) => Hash = BitOperations.RotateLeft((Hash ^ value) * 0x9E3779B97F4A7C15, 29);
}
