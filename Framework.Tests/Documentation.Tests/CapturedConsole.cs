using System.Globalization;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Documentation.Tests;

/// <summary>What a snippet prints; the console is one for the whole process, so these tests run one at a time.</summary>
internal sealed class CapturedConsole : IDisposable
{
    private readonly TextWriter _original = Console.Out;
    private readonly StringWriter _captured = new(CultureInfo.InvariantCulture) { NewLine = "\n" };

    public CapturedConsole() => Console.SetOut(TextWriter.Synchronized(_captured));

    /// <summary>The lines printed so far.</summary>
    public string[] Lines
    {
        get
        {
            Console.Out.Flush();
            return _captured.ToString().TrimEnd('\n').Split('\n');
        }
    }

    public void Dispose()
    {
        Console.SetOut(_original);
        _captured.Dispose();
    }
}
