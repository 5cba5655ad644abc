using System.Globalization;

namespace Concurrency.Testing.Traces;

/// <summary>The names of trace files.</summary>
internal static class TraceNames
{
    private const int Longest = 100;

    /// <summary>A name that tells the test and the schedule.</summary>
    public static string FileFor(SimulationTrace trace)
    {
        var test = string.Concat((trace.Test ?? "simulation").Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' ? letter : '_'));
        test = test.Length > Longest ? test[^Longest..] : test;
        return string.Create(CultureInfo.InvariantCulture, $"{test}-{trace.Seed:x16}.simtrace");
    }
}
