using System.Text;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Documentation.Tests;

/// <summary>What a snippet prints; the console is one for the whole process, so these tests run one at a time.</summary>
internal sealed class CapturedConsole : TextWriter
{
    private readonly TextWriter _original = Console.Out;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(string Start, TaskCompletionSource<string> Found)> _waits = [];
    private readonly StringBuilder _line = new();

    public CapturedConsole() => Console.SetOut(this);

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>The lines printed so far.</summary>
    public string[] Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>The first line that begins so; completes when it is printed.</summary>
    public Task<string> LineAsync(string start)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_lines.Find(line => line.StartsWith(start, StringComparison.Ordinal)) is { } line)
            {
                found.SetResult(line);
            }
            else
            {
                _waits.Add((start, found));
            }
        }

        return found.Task;
    }

    public override void Write(char value)
    {
        lock (_gate)
        {
            if (value == '\n')
            {
                EndLine();
            }
            else if (value != '\r')
            {
                _line.Append(value);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        Console.SetOut(_original);
        base.Dispose(disposing);
    }

    private void EndLine()
    {
        var line = _line.ToString();
        _line.Clear();
        _lines.Add(line);
        foreach (var wait in _waits.Where(wait => line.StartsWith(wait.Start, StringComparison.Ordinal)).ToArray())
        {
            _waits.Remove(wait);
            wait.Found.SetResult(line);
        }
    }
}
