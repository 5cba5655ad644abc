using System.Numerics;

namespace Concurrency.Testing.Choices;

/// <summary>The decisions of one schedule, in their order, and a hash over them.</summary>
internal sealed class ChoiceLog
{
    private const ulong Beginning = 0xCBF29CE484222325;
    private readonly int[] _counts = new int[(int)ChoiceKind.Select + 1];
    private ulong[] _choices = new ulong[256];

    public int Count { get; private set; }

    public ulong Hash { get; private set; } = Beginning;

    /// <summary>How many choices of a kind there were.</summary>
    public int CountOf(ChoiceKind kind) => _counts[(int)kind];

    public Choice this[int index] => Unpack(_choices[index]);

    public void Clear()
    {
        Count = 0;
        Array.Clear(_counts);
        Hash = Beginning;
    }

    public Choice[] ToArray() => Array.ConvertAll(_choices[..Count], Unpack);

    public void Add(ChoiceKind kind, int chosen, int of)
    {
        if (Count == _choices.Length)
        {
            Array.Resize(ref _choices, 2 * Count);
        }

        var packed = ((ulong)(uint)chosen << 34) | ((ulong)(uint)of << 4) | (uint)kind;
        _choices[Count++] = packed;
        _counts[(int)kind]++;
        Mix(packed);
    }

    /// <summary>Makes the hash depend on something else that happened.</summary>
    public void Mix(ulong value) => Hash = BitOperations.RotateLeft((Hash ^ value) * 0x9E3779B97F4A7C15, 29);

    // 30 bits for each number: there are never a thousand million to choose from.
    private static Choice Unpack(ulong packed) => new((ChoiceKind)(packed & 15), (int)(packed >> 34), (int)((packed >> 4) & 0x3FFFFFFF));
}
