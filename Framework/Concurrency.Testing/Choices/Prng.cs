using System.Numerics;

namespace Concurrency.Testing.Choices;

/// <summary>The generator of all draws: xoshiro256** of Blackman and Vigna (2018), with integer draws that are the same on every machine.</summary>
internal sealed class Prng
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    public Prng(ulong seed) => Reseed(seed);

    public void Reseed(ulong seed)
    {
        var spread = new SplitMix64(seed);
        _a = spread.Next();
        _b = spread.Next();
        _c = spread.Next();
        _d = spread.Next();
    }

    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>A number from 0 to below <paramref name="count"/>: the high half of a product, without division.</summary>
    public int Below(int count) => (int)Math.BigMul(Next(), (ulong)(uint)count, out _);
}
