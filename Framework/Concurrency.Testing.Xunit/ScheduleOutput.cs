using System.Globalization;
using System.Text;
using Xunit.Abstractions;

namespace Concurrency.Testing.Xunit;

/// <summary>Keeps what a test writes in one schedule: of a thousand, only the last one is of interest.</summary>
internal sealed class ScheduleOutput : ITestOutputHelper
{
    private const int Longest = 100_000;

    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    public void Clear() => _text.Clear();

    public void WriteLine(string message)
    {
        if (_text.Length < Longest)
        {
            _text.Append(message).Append('\n');
        }
    }

    public void WriteLine(string format, params object[] args) => WriteLine(string.Format(CultureInfo.InvariantCulture, format, args));
}
