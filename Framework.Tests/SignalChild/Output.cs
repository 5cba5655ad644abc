namespace Concurrency.SignalChild;

/// <summary>Whole lines to the parent, each written before the next statement runs.</summary>
internal static class Output
{
    private static readonly Lock s_gate = new();
    private static readonly StreamWriter s_out = new(Console.OpenStandardOutput()) { AutoFlush = true };

    public static void Line(string text)
    {
        lock (s_gate)
        {
            s_out.WriteLine(text);
        }
    }
}
