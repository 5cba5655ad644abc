namespace Concurrency.Examples.Daemon;

/// <summary>The two streams that a caller reads: results go to stdout, what went wrong to stderr.</summary>
internal static class Terminal
{
    /// <summary>Writes to stdout.</summary>
    /// <exception cref="DaemonException">It cannot be written, as when the disk behind it is full.</exception>
    public static void Print(string text)
    {
        try
        {
            Console.Out.Write(text);
            Console.Out.Flush();
        }
        catch (IOException error)
        {
            throw new DaemonException($"The output cannot be written: {error.Message}. Redirect stdout to where there is room.", error);
        }
    }

    /// <summary>Writes one line to stderr.</summary>
    public static void Complain(string sentence)
    {
        try
        {
            Console.Error.WriteLine(sentence.ReplaceLineEndings(" "));
        }
        catch (IOException)
        {
            // Nobody can be told; the exit code still says it.
        }
    }
}
