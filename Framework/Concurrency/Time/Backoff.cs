namespace Concurrency.Time;

/// <summary>How long to wait before each new try: growing by a factor up to a maximum.</summary>
/// <remarks>A pure value; it keeps no count of tries.</remarks>
public sealed record Backoff
{
    /// <summary>The wait before the first new try; zero or more. The default is 100 ms.</summary>
    public TimeSpan Initial { get; init => field = NotNegative(value, nameof(Initial)); } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait; zero or more. The default is 30 s.</summary>
    public TimeSpan Maximum { get; init => field = NotNegative(value, nameof(Maximum)); } = TimeSpan.FromSeconds(30);

    /// <summary>What each wait is multiplied by to get the next; 1 or more. The default is 2.</summary>
    public double Factor
    {
        get;
        init
        {
            if (!(value >= 1) || double.IsInfinity(value))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value,
                    $"A backoff factor of {value} would make waits shrink or explode. Use a finite factor of 1 or more.");
            }

            field = value;
        }
    } = 2;

    /// <summary>The wait before a new try.</summary>
    /// <param name="attempt">1 for the first new try, 2 for the second, and so on.</param>
    /// <exception cref="ArgumentOutOfRangeException">The attempt is below 1.</exception>
    public TimeSpan Delay(int attempt)
    {
        if (attempt < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(attempt), attempt, $"There is no new try number {attempt}. Count them from 1.");
        }

        var ticks = Initial.Ticks * Math.Pow(Factor, attempt - 1);
        return ticks >= Maximum.Ticks ? Maximum : TimeSpan.FromTicks((long)ticks);
    }

    private static TimeSpan NotNegative(TimeSpan value, string name) => value >= TimeSpan.Zero
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"A backoff cannot wait {value}. Use zero or more.");
}
