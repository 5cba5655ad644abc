namespace Concurrency.Executors;

/// <summary>1, 10, 100 ...: when a report that keeps coming is worth repeating.</summary>
internal static class PowersOfTen
{
    public static bool Contain(long value)
    {
        while (value >= 10 && value % 10 == 0)
        {
            value /= 10;
        }

        return value == 1;
    }
}
