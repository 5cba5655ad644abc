using System.Globalization;

namespace Concurrency.TestSupport;

/// <summary>Runs a test body under many seeds and names the one that failed.</summary>
/// <remarks>CONCURRENCY_SEED replays one seed; CONCURRENCY_SEEDS sets another number of them, for a long run.</remarks>
public static class Explore
{
    public static void Seeds(int count, Func<SeededExecutor, Task> body)
    {
        if (Number("CONCURRENCY_SEED") is { } only)
        {
            Run(only, body);
            return;
        }

        count = Number("CONCURRENCY_SEEDS") ?? count;
        for (var seed = 1; seed <= count; seed++)
        {
            Run(seed, body);
        }
    }

    /// <summary>Runs one seed.</summary>
    /// <returns>The executor's trace hash at the end.</returns>
    public static int Run(int seed, Func<SeededExecutor, Task> body)
    {
        var executor = new SeededExecutor(seed);
        try
        {
            executor.Run(() => body(executor));
            return executor.TraceHash;
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"Failed with seed {seed}; replay with CONCURRENCY_SEED={seed}. {error.Message}", error);
        }
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
