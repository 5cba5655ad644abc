namespace Concurrency.Testing.Histories;

/// <summary>Some of the operations of a history, by their numbers.</summary>
internal sealed class OperationSet : IEquatable<OperationSet>
{
    private readonly ulong[] _bits;

    public OperationSet(int count)
        : this(new ulong[(count + 63) / 64])
    {
    }

    private OperationSet(ulong[] bits) => _bits = bits;

    public bool Has(int number) => (_bits[number / 64] & (1UL << (number % 64))) != 0;

    public void Set(int number, bool isIn)
    {
        var bit = 1UL << (number % 64);
        _bits[number / 64] = isIn ? _bits[number / 64] | bit : _bits[number / 64] & ~bit;
    }

    /// <summary>A copy with one more.</summary>
    public OperationSet With(int number)
    {
        var copy = new OperationSet([.. _bits]);
        copy.Set(number, true);
        return copy;
    }

    public bool Equals(OperationSet? other) => other is not null && _bits.AsSpan().SequenceEqual(other._bits);

    public override bool Equals(object? obj) => Equals(obj as OperationSet);

    public override int GetHashCode()
    {
        var hash = 0UL;
        foreach (var bits in _bits)
        {
            hash = ((hash << 7) | (hash >> 57)) ^ (bits * 0x9E3779B97F4A7C15);
        }

        return (int)(hash ^ (hash >> 32));
    }
}
