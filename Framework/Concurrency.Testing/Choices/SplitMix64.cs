namespace Concurrency.Testing.Choices;

/// <summary>Spreads one seed over many: SplitMix64 of Steele, Lea and Flood (OOPSLA 2014).</summary>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    /// <summary>The seed of one schedule out of the seed of an exploration and the schedule's number.</summary>
    public static ulong Of(ulong seed, ulong number) => Mix(Mix(seed + 0x9E3779B97F4A7C15) + (number * 0xD1342543DE82EF95));

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
