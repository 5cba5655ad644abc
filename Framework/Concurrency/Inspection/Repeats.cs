using Concurrency.Executors;

namespace Concurrency.Inspection;

/// <summary>Decides which of many equal warnings are logged, so that no stranger fills the log: the first ten, then each whose number is a power of ten.</summary>
internal sealed class Repeats
{
    private const int First = 10;

    private long _count;

    /// <summary>Counts one more.</summary>
    /// <param name="number">Which it is.</param>
    /// <returns>Whether to log it.</returns>
    public bool Next(out long number)
    {
        number = Interlocked.Increment(ref _count);
        return number <= First || PowersOfTen.Contain(number);
    }
}
