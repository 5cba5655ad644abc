namespace Repository.Tests.Scanning;

/// <summary>One place that breaks a rule, printed as <c>file:line: what is wrong and what to do</c>.</summary>
internal sealed record Violation(string Path, int Line, string Message)
{
    public override string ToString() => $"{Path}:{Line}: {Message}";
}
