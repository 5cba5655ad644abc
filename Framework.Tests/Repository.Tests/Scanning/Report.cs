namespace Repository.Tests.Scanning;

/// <summary>Fails a test with every violation at once, one per line.</summary>
internal static class Report
{
    public static void None(IEnumerable<Violation> violations)
    {
        var lines = violations
            .Distinct()
            .OrderBy(violation => violation.Path, StringComparer.Ordinal)
            .ThenBy(violation => violation.Line)
            .Select(violation => violation.ToString())
            .ToArray();
        if (lines.Length > 0)
        {
            Assert.Fail($"{lines.Length} violation(s):\n{string.Join('\n', lines)}");
        }
    }

    /// <summary>Holds a rule against a planted violation: exactly one is found, at this line, with these words.</summary>
    public static void Finds(IEnumerable<Violation> violations, int line, string words)
    {
        var found = Assert.Single(violations);
        Assert.Equal(line, found.Line);
        Assert.Contains(words, found.Message, StringComparison.Ordinal);
    }
}
