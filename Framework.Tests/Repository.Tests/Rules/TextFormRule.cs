using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>Line ends, blanks and the last newline, for the files that the code formatter does not see.</summary>
internal static class TextFormRule
{
    public static IEnumerable<Violation> Check(IEnumerable<TextFile> files) => files.Where(IsOurs).SelectMany(CheckFile);

    private static IEnumerable<Violation> CheckFile(TextFile file)
    {
        if (file.Text.Length > 0 && !file.Text.EndsWith('\n'))
        {
            yield return file.At(file.Lines.Length, "The last line has no newline.");
        }

        for (var index = 0; index < file.Lines.Length; index++)
        {
            var line = file.Lines[index];
            if (line.Contains('\r', StringComparison.Ordinal))
            {
                yield return file.At(index + 1, "The line ends with a carriage return. Use LF alone.");
            }
            else if (line.Length > 0 && char.IsWhiteSpace(line[^1]))
            {
                yield return file.At(index + 1, "Blanks at the end of the line.");
            }
            else if (line.Contains('\t', StringComparison.Ordinal))
            {
                yield return file.At(index + 1, "A tab. Indent with spaces.");
            }
        }
    }

    // These two are written by tools.
    private static bool IsOurs(TextFile file) =>
        !file.Path.EndsWith(".sln", StringComparison.Ordinal) && !file.Path.EndsWith("packages.lock.json", StringComparison.Ordinal);
}
